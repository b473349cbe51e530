package dev.gantry.e2e.cluster;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives test classes one [Cluster] between them, with the small image [Workloads#IMAGE] loaded: it
/// starts at the first use and stops after the last test. Its users name their objects apart and
/// kill none of its daemons.
final class SharedCluster implements ParameterResolver {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(SharedCluster.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    // The store closes it with the launcher's session.
    @Override
    public Cluster resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Cluster.class, _ -> Cluster.startWithImage(), Cluster.class);
    }
}
