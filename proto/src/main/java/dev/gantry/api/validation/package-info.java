/// The rules that an object must satisfy, and the fields that are not honoured yet.
@NullMarked
package dev.gantry.api.validation;

import org.jspecify.annotations.NullMarked;
