#!/usr/bin/env python3
"""Writes the .proto files of Kubernetes' API messages from a table of their field numbers.

Usage: kubernetes-protos.py TABLE OUTPUT-FOLDER PACKAGE.MESSAGE...

TABLE has the tab-separated columns package, message, number, field, label, type, Go shape. Only the
messages named, and those they reach, are written. A field whose Go shape is "value" is marked
(gantry.v1.zero_is_absent): Kubernetes' writers always send it, zero included. A message that Go embeds
(flat in JSON, nested on the wire) is marked (gantry.v1.flat).
"""
import collections
import sys

SCALARS = {"string", "int32", "int64", "bool", "bytes", "double", "float", "uint32", "uint64"}
# Embedded (inlined in JSON) in the Go types: k8s.io/api/core/v1/types.go.
FLAT_BY_TYPE = {"VolumeSource", "ProbeHandler", "EphemeralContainerCommon", "PersistentVolumeSource"}
FLAT_FIELDS = {"volumeSource", "handler", "ephemeralContainerCommon", "persistentVolumeSource"}
FLAT_REFERENCE_OWNERS = {
    "ConfigMapEnvSource", "ConfigMapKeySelector", "ConfigMapProjection", "ConfigMapVolumeSource",
    "SecretEnvSource", "SecretKeySelector", "SecretProjection",
}
# Fields that the table leaves out.
EXTRA = {
    ("k8s.io.apimachinery.pkg.apis.meta.v1", "ManagedFieldsEntry"): [(8, "subresource", "optional", "string", "value")],
}
JAVA_PACKAGE = {
    "k8s.io.apimachinery.pkg.api.resource": "dev.gantry.api.resource",
    "k8s.io.apimachinery.pkg.apis.meta.v1": "dev.gantry.api.meta.v1",
    "k8s.io.apimachinery.pkg.runtime": "dev.gantry.api.runtime",
    "k8s.io.apimachinery.pkg.util.intstr": "dev.gantry.api.intstr",
}


def java_package(package):
    if package in JAVA_PACKAGE:
        return JAVA_PACKAGE[package]
    return "dev.gantry.api." + package[len("k8s.io.api."):]


def path_of(package):
    parts = package.split(".")
    return "/".join(parts) + "/" + (parts[-2] if parts[-1].startswith("v1") else parts[-1]) + ".proto"


def main():
    table, output, roots = sys.argv[1], sys.argv[2], sys.argv[3:]
    messages = collections.OrderedDict()
    for line in open(table, encoding="utf-8"):
        if line.startswith("#") or not line.strip():
            continue
        package, message, number, field, label, kind, shape = line.rstrip("\n").split("\t")
        messages.setdefault((package, message), []).append((int(number), field, label, kind, shape))

    for key, fields in EXTRA.items():
        messages.setdefault(key, []).extend(fields)

    def resolve(package, kind):
        kind = kind.lstrip(".")
        if "." not in kind:
            return (package, kind)
        owner, name = kind.rsplit(".", 1)
        return (owner, name)

    def element(kind):
        if kind.startswith("map<"):
            return kind[4:-1].split(",")[1].strip()
        return kind

    reached, todo = set(), []
    for root in roots:
        todo.append(tuple(root.rsplit(".", 1)))
    while todo:
        key = todo.pop()
        if key in reached:
            continue
        reached.add(key)
        for _, _, _, kind, _ in messages.get(key, []):
            kind = element(kind)
            if kind not in SCALARS:
                todo.append(resolve(key[0], kind))

    import os
    by_package = collections.OrderedDict()
    for key in sorted(reached):
        by_package.setdefault(key[0], []).append(key)
    for package, keys in by_package.items():
        imports, body = {"gantry/v1/options.proto"}, []
        for key in keys:
            body.append("message %s {" % key[1])
            for number, field, label, kind, shape in sorted(messages.get(key, [])):
                base = element(kind)
                if base in SCALARS:
                    name = base
                else:
                    owner, short = resolve(package, base)
                    name = short if owner == package else "." + owner + "." + short
                    if owner != package:
                        imports.add(path_of(owner))
                options = []
                simple = base.rsplit(".", 1)[-1]
                if field in FLAT_FIELDS and simple in FLAT_BY_TYPE or (
                        field == "localObjectReference" and key[1] in FLAT_REFERENCE_OWNERS):
                    options.append("(.gantry.v1.flat) = true")
                if shape == "value" and label == "optional" and not kind.startswith("map<"):
                    options.append("(.gantry.v1.zero_is_absent) = true")
                text = "map<%s, %s>" % (kind[4:-1].split(",")[0].strip(), name) if kind.startswith("map<") \
                    else "%s %s" % (label, name)
                body.append("  %s %s = %d%s;" % (text, field, number, " [%s]" % ", ".join(options) if options else ""))
            body.append("}\n")
        path = os.path.join(output, path_of(package))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write("// Kubernetes' API messages: names and numbers are its published interface.\n")
            out.write("// Written by proto/src/tools/kubernetes-protos.py; do not edit by hand.\n")
            out.write('syntax = "proto2";\n\npackage %s;\n\n' % package)
            for item in sorted(imports):
                out.write('import "%s";\n' % item)
            out.write('\noption java_package = "%s";\noption java_multiple_files = true;\n' % java_package(package))
            outer = (package.split(".")[-2] if package.endswith("v1") else package.split(".")[-1]).capitalize() + "Proto"
            out.write('option java_outer_classname = "%s";\n\n' % outer)
            out.write("\n".join(body))


main()
