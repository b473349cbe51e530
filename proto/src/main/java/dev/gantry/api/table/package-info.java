/// The printed columns of each kind, as `get` shows them. Pure: the time is an argument.
@NullMarked
package dev.gantry.api.table;

import org.jspecify.annotations.NullMarked;
