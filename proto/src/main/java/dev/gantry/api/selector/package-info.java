/// Label and field selectors: parsing and matching.
@NullMarked
package dev.gantry.api.selector;

import org.jspecify.annotations.NullMarked;
