package dev.gantry.api.table;

/// A printed column.
///
/// @param name as Kubernetes' API names it, such as `Cluster-IP`; printed in capitals
/// @param wide whether it is shown with `-o wide` only
public record Column(String name, boolean wide) {}
