package dev.gantry.api.validation;

import dev.gantry.api.apps.v1.DeploymentSpec;
import dev.gantry.api.apps.v1.DeploymentStrategy;
import dev.gantry.api.apps.v1.ReplicaSetSpec;
import dev.gantry.api.apps.v1.RollingUpdateDeployment;
import dev.gantry.api.core.v1.PodTemplateSpec;
import dev.gantry.api.intstr.IntOrString;
import dev.gantry.api.meta.v1.LabelSelector;
import dev.gantry.api.quantity.IntOrStrings;
import dev.gantry.api.selector.Selectors;

/// Rules for Deployments and ReplicaSets (k8s.io/kubernetes/pkg/apis/apps/validation).
final class WorkloadRules {
    private WorkloadRules() {}

    static void deployment(DeploymentSpec spec, Findings found) {
        found.notNegative("spec.replicas", spec.getReplicas());
        found.notNegative("spec.minReadySeconds", spec.getMinReadySeconds());
        found.notNegative("spec.revisionHistoryLimit", spec.getRevisionHistoryLimit());
        strategy(spec.getStrategy(), found);
        if (spec.hasProgressDeadlineSeconds()) {
            found.notNegative("spec.progressDeadlineSeconds", spec.getProgressDeadlineSeconds());
            if (spec.getProgressDeadlineSeconds() <= spec.getMinReadySeconds()) {
                found.invalid(
                        "spec.progressDeadlineSeconds",
                        spec.getProgressDeadlineSeconds(),
                        "must be greater than minReadySeconds");
            }
        }
        template(spec.hasSelector(), spec.getSelector(), spec.getTemplate(), found);
    }

    static void replicaSet(ReplicaSetSpec spec, Findings found) {
        found.notNegative("spec.replicas", spec.getReplicas());
        found.notNegative("spec.minReadySeconds", spec.getMinReadySeconds());
        template(spec.hasSelector(), spec.getSelector(), spec.getTemplate(), found);
    }

    private static void strategy(DeploymentStrategy strategy, Findings found) {
        String path = "spec.strategy";
        found.oneOf(path + ".type", strategy.getType(), "Recreate", "RollingUpdate");
        if (strategy.getType().equals("Recreate") && strategy.hasRollingUpdate()) {
            found.forbidden(
                    path + ".rollingUpdate",
                    "may not be specified when strategy `type` is 'Recreate'");
        }
        if (!strategy.getType().equals("RollingUpdate")) {
            return;
        }
        RollingUpdateDeployment rolling = strategy.getRollingUpdate();
        String unavailable = path + ".rollingUpdate.maxUnavailable";
        boolean valid = count(rolling.getMaxUnavailable(), unavailable, found);
        valid &= count(rolling.getMaxSurge(), path + ".rollingUpdate.maxSurge", found);
        if (IntOrStrings.percent(rolling.getMaxUnavailable()).orElse(0) > 100) {
            found.invalid(
                    unavailable,
                    IntOrStrings.text(rolling.getMaxUnavailable()),
                    "must not be greater than 100%");
        }
        if (valid && isZero(rolling.getMaxUnavailable()) && isZero(rolling.getMaxSurge())) {
            found.invalid(
                    unavailable,
                    IntOrStrings.text(rolling.getMaxUnavailable()),
                    "may not be 0 when `maxSurge` is 0");
        }
    }

    private static boolean count(IntOrString value, String path, Findings found) {
        if (IntOrStrings.isString(value) && IntOrStrings.percent(value).isEmpty()) {
            found.invalid(
                    path,
                    value.getStrVal(),
                    "a valid percent string must be a numeric string followed by an ending '%'"
                            + " (e.g. '1%',  or '93%')");
            return false;
        }
        found.notNegative(path, value.getIntVal());
        return true;
    }

    private static boolean isZero(IntOrString value) {
        return IntOrStrings.isString(value)
                ? IntOrStrings.percent(value).orElse(0) == 0
                : value.getIntVal() == 0;
    }

    private static void template(
            boolean hasSelector, LabelSelector selector, PodTemplateSpec template, Findings found) {
        String path = "spec.template";
        if (!hasSelector) {
            found.required("spec.selector");
            mismatch(template, found);
        } else {
            int before = found.all().size();
            MetaRules.selector(selector, "spec.selector", found);
            if (selector.getMatchLabelsCount() + selector.getMatchExpressionsCount() == 0) {
                found.invalid("spec.selector", "{}", "empty selector is invalid for deployment");
            } else if (found.all().size() > before) {
                found.invalid("spec.selector", "{...}", "invalid label selector");
            } else if (!Selectors.of(selector).matches(template.getMetadata().getLabelsMap())) {
                mismatch(template, found);
            }
        }
        MetaRules.labels(template.getMetadata().getLabelsMap(), path + ".labels", found);
        new PodRules(found).check(template.getSpec(), path + ".spec");
        if (!template.getSpec().getRestartPolicy().equals("Always")) {
            found.oneOf(
                    path + ".spec.restartPolicy", template.getSpec().getRestartPolicy(), "Always");
        }
        if (template.getSpec().hasActiveDeadlineSeconds()) {
            found.forbidden(
                    path + ".spec.activeDeadlineSeconds",
                    "activeDeadlineSeconds in ReplicaSet is not Supported");
        }
    }

    private static void mismatch(PodTemplateSpec template, Findings found) {
        found.invalid(
                "spec.template.metadata.labels",
                template.getMetadata().getLabelsMap(),
                "`selector` does not match template `labels`");
    }
}
