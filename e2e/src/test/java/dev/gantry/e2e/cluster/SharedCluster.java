package dev.gantry.e2e.cluster;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives test classes one [Cluster] between them, with the small image [Workloads#IMAGE] loaded: it
/// starts at the first use and stops with the JVM. Its users name their objects apart and kill none
/// of its daemons.
final class SharedCluster implements ParameterResolver {

    private static Cluster cluster;

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Cluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return shared();
    }

    private static synchronized Cluster shared() {
        if (cluster == null) {
            Cluster started = Cluster.startWithImage();
            // Classes may come one by one, each as a run of its own: only the JVM knows the end.
            Runtime.getRuntime().addShutdownHook(new Thread(started::close, "shared-cluster"));
            cluster = started;
        }
        return cluster;
    }
}
