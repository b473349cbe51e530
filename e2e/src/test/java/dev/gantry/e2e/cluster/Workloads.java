package dev.gantry.e2e.cluster;

/// Manifests of small workloads.
final class Workloads {

    /// busybox with all its applets, and a page for its `httpd`, which is its command.
    static final String IMAGE = "gantry.dev/examples/web:1";

    private Workloads() {}

    /// A pod whose container `main` runs a shell command. Fields of the container can be appended
    /// to the text, indented by four.
    static String pod(String name, String restartPolicy, String command) {
        return pod(name, restartPolicy, IMAGE, command);
    }

    /// As [#pod(String, String, String)], of any image that has a shell.
    static String pod(String name, String restartPolicy, String image, String command) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          restartPolicy: %s
          terminationGracePeriodSeconds: 0
          containers:
          - name: main
            image: %s
            command: ["sh", "-c", %s]
        """
                .formatted(name, restartPolicy, image, quoted(command));
    }

    /// A pod whose container `main` runs once what its image says. Fields of the container can be
    /// appended to the text, indented by four.
    static String pod(String name, String image) {
        return """
        apiVersion: v1
        kind: Pod
        metadata: {name: %s}
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 0
          containers:
          - name: main
            image: "%s"
        """
                .formatted(name, image);
    }

    /// A Deployment of web servers that are ready once they answer, with STAGE in their
    /// environment, and the Service of the same name on port 80.
    static String web(String name, int replicas, String stage) {
        return """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: %1$s}
        spec:
          replicas: %2$d
          selector: {matchLabels: {app: %1$s}}
          template:
            metadata: {labels: {app: %1$s}}
            spec:
              terminationGracePeriodSeconds: 0
              containers:
              - name: web
                image: %3$s
                ports: [{name: http, containerPort: 80}]
                env: [{name: STAGE, value: "%4$s"}]
                readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 1}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s}
        spec:
          selector: {app: %1$s}
          ports: [{port: 80, targetPort: http}]
        """
                .formatted(name, replicas, IMAGE, stage);
    }

    // A double-quoted YAML scalar.
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
