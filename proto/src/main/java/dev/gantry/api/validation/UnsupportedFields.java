package dev.gantry.api.validation;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.gantry.api.v1.OptionsProto;
import dev.gantry.api.validation.Violation.Reason;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The table of what is not honoured yet: message, field, the values that are harmless, the remedy.
final class UnsupportedFields {
    private static final String LEAVE_OUT = "leave it out";
    private static final String NO_SHARING = "leave it out; each pod has its own namespaces";
    private static final String PLAIN_VOLUMES =
            "use an emptyDir, hostPath, configMap or secret" + " volume";
    private static final Set<String> VOLUMES =
            Set.of("hostPath", "emptyDir", "configMap", "secret");
    private static final Map<String, Map<String, Rule>> TABLE = new HashMap<>();

    /// @param harmless texts of values that change nothing; an empty message or list never does
    record Rule(Set<String> harmless, String remedy) {
        boolean allows(Object value) {
            if (value instanceof Message m && m.getAllFields().isEmpty()) {
                return harmless.contains("{}");
            }
            return harmless.contains(value.toString());
        }
    }

    static {
        String spec = "PodSpec";
        add(spec, "affinity", "use nodeSelector, or taints and tolerations", "{}");
        add(spec, "topologySpreadConstraints", LEAVE_OUT + "; replicas are spread by load");
        add(spec, "ephemeralContainers", "use gantry exec");
        add(spec, "priorityClassName", LEAVE_OUT);
        add(spec, "priority", LEAVE_OUT, "0");
        add(spec, "preemptionPolicy", LEAVE_OUT, "PreemptLowerPriority");
        add(spec, "runtimeClassName", LEAVE_OUT + "; containers run in Gantry's own runtime");
        add(spec, "hostPID", NO_SHARING, "false");
        add(spec, "hostIPC", NO_SHARING, "false");
        add(spec, "shareProcessNamespace", NO_SHARING, "false");
        add(spec, "overhead", LEAVE_OUT);
        add(spec, "schedulingGates", "create the pod when it may be scheduled");
        add(spec, "activeDeadlineSeconds", "stop the process from within, such as with timeout(1)");
        add(spec, "dnsConfig", "use dnsPolicy Default or ClusterFirst", "{}");
        add(spec, "hostAliases", "use a Service, or write /etc/hosts from a configMap");
        add(spec, "setHostnameAsFQDN", LEAVE_OUT, "false");
        add(spec, "readinessGates", "use a readinessProbe");
        add(spec, "resourceClaims", LEAVE_OUT);
        add(spec, "resources", "set resources on the containers", "{}");
        add(spec, "hostnameOverride", "use hostname");
        add(spec, "schedulingGroup", LEAVE_OUT);
        add(spec, "evictionResponders", LEAVE_OUT);
        add(spec, "os", "leave it out; nodes run Linux", "name: \"linux\"\n");
        add(spec, "schedulerName", "leave it out; there is one scheduler", "default-scheduler");
        String podSecurity = "PodSecurityContext";
        for (String owner : List.of(podSecurity, "SecurityContext")) {
            add(owner, "seLinuxOptions", LEAVE_OUT, "{}");
            add(owner, "windowsOptions", "leave it out; nodes run Linux", "{}");
            add(owner, "appArmorProfile", "use seccompProfile", "type: \"Unconfined\"\n");
        }
        add(podSecurity, "seLinuxChangePolicy", LEAVE_OUT);
        add(podSecurity, "supplementalGroupsPolicy", LEAVE_OUT, "Merge");
        add("SecurityContext", "procMount", "leave it out; /proc is always masked", "Default");
        add("Lifecycle", "postStart", "do it in the container's command");
        add("Lifecycle", "preStop", "handle the stop signal in the container's process");
        add("Lifecycle", "stopSignal", "set STOPSIGNAL in the image");
        add("Container", "restartPolicy", "use an ordinary container instead of a sidecar");
        add("Container", "restartPolicyRules", "use the pod's restartPolicy");
        add("Container", "resizePolicy", LEAVE_OUT + "; change the template instead");
        add("Container", "volumeDevices", PLAIN_VOLUMES);
        add("ResourceRequirements", "claims", LEAVE_OUT);
        add("ProbeHandler", "grpc", "use an exec, httpGet or tcpSocket probe");
        add("HTTPGetAction", "protocol", LEAVE_OUT);
        add(
                "VolumeMount",
                "subPath",
                "mount the whole volume, or use items of the configMap or" + " secret");
        add("VolumeMount", "subPathExpr", "mount the whole volume");
        add("VolumeMount", "mountPropagation", "use None", "None");
        add("VolumeMount", "recursiveReadOnly", "use readOnly", "Disabled");
        add("VolumeMount", "bindMountOptions", LEAVE_OUT);
        add("EnvVarSource", "fileKeyRef", "use configMapKeyRef or secretKeyRef");
        String service = "ServiceSpec";
        add(
                service,
                "type",
                "use type ClusterIP, and gantry port-forward or hostNetwork",
                "ClusterIP");
        add(service, "externalName", "use the external name in the clients");
        add(service, "externalIPs", "use hostNetwork or hostPort in the pods");
        add(service, "sessionAffinity", "use None", "None");
        add(service, "sessionAffinityConfig", LEAVE_OUT, "{}");
        add(service, "loadBalancerIP", LEAVE_OUT);
        add(service, "loadBalancerSourceRanges", LEAVE_OUT);
        add(service, "loadBalancerClass", LEAVE_OUT);
        add(service, "externalTrafficPolicy", LEAVE_OUT, "Cluster");
        add(service, "internalTrafficPolicy", "use Cluster", "Cluster");
        add(service, "trafficDistribution", LEAVE_OUT);
        add(service, "healthCheckNodePort", LEAVE_OUT, "0");
        add(service, "ipFamilyPolicy", "use SingleStack", "SingleStack");
        add(service, "ipFamilies", "leave it out; Services have IPv4 addresses", "[IPv4]");
        add("ServicePort", "nodePort", LEAVE_OUT + "; use gantry port-forward", "0");
        for (FieldDescriptor source :
                dev.gantry.api.core.v1.VolumeSource.getDescriptor().getFields()) {
            if (!VOLUMES.contains(source.getName())) {
                add("VolumeSource", source.getName(), PLAIN_VOLUMES);
            }
        }
    }

    private UnsupportedFields() {}

    /// The rules for a message, by field.
    static Map<String, Rule> of(String message) {
        return TABLE.getOrDefault(message, Map.of());
    }

    static String path(String path, FieldDescriptor field) {
        if (field.getOptions().getExtension(OptionsProto.flat)) {
            return path;
        }
        return path.isEmpty() ? field.getName() : path + "." + field.getName();
    }

    /// Resources that no node accounts for yet.
    static void quantities(
            FieldDescriptor field, Object value, String path, List<Violation> found) {
        if (!field.isMapField()
                || !field.getContainingType().getName().equals("ResourceRequirements")) {
            return;
        }
        Set<String> names = new HashSet<>();
        for (Object item : (List<?>) value) {
            Message entry = (Message) item;
            names.add((String) entry.getField(entry.getDescriptorForType().findFieldByNumber(1)));
        }
        for (String name : names.stream().sorted().toList()) {
            if (!name.equals("cpu") && !name.equals("memory")) {
                String message =
                        "not honoured by Gantry yet: only cpu and memory are accounted" + " for";
                found.add(new Violation(path + "[" + name + "]", Reason.NOT_HONOURED, message));
            }
        }
    }

    private static void add(String message, String field, String remedy, String... harmless) {
        TABLE.computeIfAbsent(message, _ -> new HashMap<>())
                .put(field, new Rule(Set.of(harmless), remedy));
    }
}
