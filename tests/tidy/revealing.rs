//! Where personal data is opened: a file that is not listed here may not.

/// The files that may look into a `Private`: matching words, checking notes, showing them to those with the token,
/// signing, the built-in carrier, whose phones are the persons themselves, and the simulation with its made-up persons.
pub(super) const REVEALING: [&str; 27] = [
    "src/carrier/local/api.rs",
    "src/carrier/local/leg.rs",
    "src/carrier/local/line.rs",
    "src/carrier/local/phone.rs",
    "src/carrier/local/rest.rs",
    "src/carrier/local/webhook.rs",
    "src/carrier/twilio/signature.rs",
    "src/carrier/twilio/transport.rs",
    "src/cli/call/patient.rs",
    "src/engine/dispatch.rs",
    "src/floor/clinical.rs",
    // Whether two requests name the same patient.
    "src/floor/details.rs",
    "src/floor/ivr.rs",
    "src/floor/last_words.rs",
    "src/floor/letter.rs",
    "src/floor/standing.rs",
    "src/floor/toll.rs",
    "src/floor/wrapup.rs",
    "src/server/api.rs",
    "src/server/json.rs",
    // What a patient wrote, for those with the token.
    "src/server/json/letter.rs",
    "src/server/pin.rs",
    // The words on their way from the recogniser to the floor, and its token.
    "src/server/recogniser.rs",
    "src/sim/told.rs",
    "src/sim/told/work.rs",
    "src/vocab/phone.rs",
    "src/vocab/private.rs",
];
