//! Notes that tell of nothing but tries: nobody was reached, and nobody decided anything.
//!
//! Clinical work is not closed with such a note. What counts as a decision is stricter here than elsewhere: another
//! call, a letter or a closed chart is a try, however it is told, and refusing too much costs a sentence only.

use super::clauses;
use super::did;
use super::has_tried;
use super::is_role;
use crate::flow::says;

/// One language's words.
struct Tries {
    /// Nobody was reached.
    unreached: &'static [&'static str],
    /// Trying to reach somebody, and keeping the books about it.
    trying: &'static str,
    /// What reaches somebody later, or never; sent to a person of the practice it is more than a try.
    letters: &'static str,
    /// Somebody was seen, or decided.
    decided: &'static str,
}

const TRIES: [&Tries; 2] = [
    &Tries {
        unreached: &[
            "bad number",
            "call not answered",
            "calls not answered",
            "cannot be reached",
            "cannot reach",
            "cant be reached",
            "cant reach",
            "could not be reached",
            "could not contact",
            "could not get a hold",
            "could not get hold",
            "couldnt be reached",
            "couldnt contact",
            "did not call back",
            "did not pick up",
            "did not respond",
            "did not return",
            "didnt call back",
            "didnt pick up",
            "disconnected",
            "does not answer",
            "doesnt answer",
            "failed to contact",
            "failed to reach",
            "has not called back",
            "invalid number",
            "left a message",
            "left a vm",
            "left a voicemail",
            "left another message",
            "left message",
            "left messages",
            "left vm",
            "left voicemail",
            "left voicemails",
            "lm",
            "lmom",
            "lmtcb",
            "lvm",
            "never answered",
            "never called back",
            "never picked up",
            "never responded",
            "no callback",
            "no contact",
            "no luck",
            "no one picked up",
            "no pick up",
            "no pickup",
            "no reply",
            "no response",
            "nobody answers",
            "nobody picked up",
            "not answered",
            "not answering",
            "not available",
            "not picking up",
            "not returned",
            "not successful",
            "out of service",
            "phone off",
            "rang out",
            "rings out",
            "straight to voicemail",
            "to voicemail",
            "unable to contact",
            "unanswered",
            "unavailable",
            "unreachable",
            "unsuccessful",
            "vm full",
            "without success",
        ],
        trying: "attempt attempted attempting call called calling chart charted closed dialed dialled documented emailed \
                 final left letter made noted phoned placed rang redialed texted times tried trying",
        letters: "card certified email emails letter letters mail message messages mychart portal sms text texts vm voicemail \
                  voicemails",
        decided: "admitted assessed cleared decided decides declined deferred diagnosed discharged evaluated examined \
                  prescribed seen spoken treated triaged",
    },
    &Tries {
        unreached: &[
            "buzon de voz",
            "deje mensaje",
            "deje mensajes",
            "deje otro mensaje",
            "deje recado",
            "deje un mensaje",
            "deje un recado",
            "dejamos mensaje",
            "dejamos recado",
            "desconectado",
            "ilocalizable",
            "imposible contactar",
            "inalcanzable",
            "nadie atendio",
            "nadie responde",
            "nadie respondio",
            "no atiende",
            "no atendio",
            "no contestan",
            "no contestaron",
            "no devolvio",
            "no devuelve",
            "no ha llamado",
            "no la localice",
            "no logramos",
            "no logre",
            "no lo localice",
            "no pude",
            "no pudimos",
            "no responde",
            "no respondio",
            "no se logro",
            "no se pudo",
            "numero incorrecto",
            "se dejo mensaje",
            "se dejo recado",
            "sin contestar",
            "sin exito",
            "sin respuesta",
        ],
        trying: "anote anoto carta cerramos cerre cerro cierra dejamos deje dejo documente documento expediente intenta \
                 intentamos intente intento intentos llamada llamadas llamamos llame llamo marque marco veces",
        letters: "carta cartas certificada correo mensaje mensajes portal recado recados sms texto buzon",
        decided: "atendida atendido decidieron decidio evaluada evaluado evaluo examino hablamos hable hablo ingresada \
                  ingresado receto recetaron vista visto",
    },
];

/// Do these texts tell only that somebody was tried and not reached?
pub fn only_tried<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let clauses: Vec<String> = texts.flat_map(clauses).collect();
    let (tried, rest): (Vec<Vec<&str>>, Vec<Vec<&str>>) = clauses
        .iter()
        .map(|clause| clause.split(' ').filter(|word| !word.is_empty()).collect())
        .partition(|clause: &Vec<&str>| is_unreached(clause));
    !tried.is_empty() && !rest.iter().any(|clause| decides(clause))
}

fn is_unreached(clause: &[&str]) -> bool {
    let said = clause.join(" ");
    has_tried(clause) || TRIES.iter().flat_map(|tries| tries.unreached).any(|phrase| says(&said, phrase))
}

/// Something was done beside trying to reach somebody.
fn decides(clause: &[&str]) -> bool {
    let listed = |list: fn(&Tries) -> &'static str, word: &str| {
        TRIES.iter().any(|tries| list(tries).split(' ').any(|known| known == word))
    };
    if clause.iter().any(|word| listed(|tries| tries.decided, word)) {
        return true;
    }
    let writes = clause.iter().any(|word| listed(|tries| tries.letters, word));
    let rest: Vec<&str> = clause.iter().copied().filter(|word| !listed(|tries| tries.trying, word)).collect();
    did(&rest) && (!writes || clause.iter().any(|word| is_role(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_are_no_decision_however_they_are_told() {
        let notes = [
            "Called three times, nobody answered",
            "Number disconnected, no other phone on file",
            "Patient unreachable x3, chart closed",
            "Tried home and mobile Monday and Tuesday, no response to calls, mailed certified letter",
            "Left voicemail, closed",
            "LVM x2. Sent portal message",
            "Went straight to voicemail; texted the patient",
            "No luck reaching her, letter sent",
            "Phone rang out, documented in chart",
            "Unable to contact, three attempts made",
            "Llamé tres veces, nadie contesta, dejé recado",
            "No se pudo contactar a la madre después de tres llamadas, buzón lleno",
            "Número desconectado, se cierra",
            "Sin respuesta, envié carta certificada",
            "La paciente no responde, dejé mensaje, expediente cerrado",
        ];
        let passed: Vec<&str> = notes.into_iter().filter(|note| !only_tried(std::iter::once(*note))).collect();
        assert!(passed.is_empty(), "{passed:#?}");
    }

    #[test]
    fn what_was_decided_is_heard_beside_the_tries() {
        let notes = [
            "No answer twice, then spoke with her daughter, patient was seen in the ER",
            "Did not answer. Dr. Lee reviewed the labs and changed the dose; pharmacy notified",
            "Left voicemail earlier. Patient called back, advised to come in today",
            "Unreachable by phone, admitted to Mercy hospital per her husband",
            "No response; sent message to Dr. Lee, who decided to wait for the culture",
            "Gave the results to the patient and booked a visit",
            "No contestó; el Dr. Ruiz cambió la dosis y la farmacia fue avisada",
            "Dejé recado. Devolvió la llamada y le expliqué los resultados",
        ];
        let refused: Vec<&str> = notes.into_iter().filter(|note| only_tried(std::iter::once(*note))).collect();
        assert!(refused.is_empty(), "{refused:#?}");
    }
}
