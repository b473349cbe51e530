package dev.gantry.loop;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that runs once for each of many seeds. Its one parameter is a `long` (the seed) or a
/// `java.util.SplittableRandom` made from it. A failure's display name is the seed; the system
/// property `gantry.seed` replays that one alone, and `gantry.seeds` changes how many run.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SeededExtension.class)
public @interface SeededTest {

    /// How many seeds to run, from `first` on.
    int seeds() default 100;

    /// The first seed.
    long first() default 1;
}
