package dev.gantry.controlplane.controller;

import com.google.protobuf.Message;

/// Something to tell people about an object: it becomes an Event once the plan's writes are done.
///
/// @param warning whether it is a Warning and not Normal
/// @param reason one word in CamelCase, as `SuccessfulCreate`
/// @param message a sentence without a period at its end
public record Note(Message about, boolean warning, String reason, String message) {

    /// Something that went as it should.
    public static Note normal(Message about, String reason, String message) {
        return new Note(about, false, reason, message);
    }

    /// Something that somebody should look at.
    public static Note warning(Message about, String reason, String message) {
        return new Note(about, true, reason, message);
    }
}
