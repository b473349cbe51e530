package dev.gantry.api.validation;

/// One rule that an object breaks.
///
/// @param field path of the field, such as `spec.containers[0].image`
/// @param message what is wrong and what would be right, in Kubernetes' words where it has them
public record Violation(String field, Reason reason, String message) {

    /// Why a value is refused; the names are Kubernetes' `causes[].reason`.
    public enum Reason {
        REQUIRED("FieldValueRequired"),
        INVALID("FieldValueInvalid"),
        NOT_SUPPORTED("FieldValueNotSupported"),
        DUPLICATE("FieldValueDuplicate"),
        FORBIDDEN("FieldValueForbidden"),
        TOO_LONG("FieldValueTooLong"),
        NOT_FOUND("FieldValueNotFound"),
        NOT_HONOURED("FieldNotHonoured");

        private final String code;

        Reason(String code) {
            this.code = code;
        }

        /// The reason as API errors carry it.
        public String code() {
            return code;
        }
    }

    @Override
    public String toString() {
        return field + ": " + message;
    }
}
