/// Exact amounts of resources as Kubernetes writes them (`250m`, `1536Mi`), and int-or-string.
@NullMarked
package dev.gantry.api.quantity;

import org.jspecify.annotations.NullMarked;
