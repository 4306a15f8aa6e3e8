//! The system's own sentences: a closed set, each with approved English and Spanish words.
//!
//! A flow file may reword any of them under `wording:`; a practice with another language must supply them all in it.
//! Blanks such as `{lane}` and `{time}` are filled in by `render::wording`, in the listener's language.
//! No sentence here, and none that replaces one, may judge, advise or promise what the practice cannot control.

use serde::Deserialize;
use serde::Serialize;

macro_rules! phrases {
    ($($(#[$doc:meta])* $name:ident $key:literal $blanks:expr, en $en:literal, es $es:literal;)*) => {
        /// One of the system's own sentences.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Phrase { $($(#[$doc])* $name,)* }

        impl Phrase {
            /// Every sentence there is.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Its key under `wording:` in a flow file.
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* }
            }

            /// The blanks that must stand in its text, each exactly once.
            pub fn blanks(self) -> &'static [&'static str] {
                match self { $(Self::$name => $blanks,)* }
            }

            /// The approved words in a language's primary tag, if we have them.
            pub fn default_text(self, primary: &str) -> Option<&'static str> {
                match (self, primary) {
                    $((Self::$name, "en") => Some($en), (Self::$name, "es") => Some($es),)*
                    _ => None,
                }
            }
        }
    };
}

impl Phrase {
    /// May carelane say it itself? The others are said by the carrier alone (our host is down, who dialled a number
    /// of the staff's is a stranger, or a patient is called back), or by assistants.
    pub fn is_played(self) -> bool {
        let of_callbacks =
            matches!(self, Self::WhisperCallback | Self::WhisperCallbackKeys | Self::NotReached | Self::CalledInVain);
        !matches!(self, Self::Unreachable | Self::StaffStranger) && !of_callbacks && !self.is_for_assistants()
    }

    /// Does only a person say it, to a patient whose identity is known? No machine does.
    // rule: referral-by-a-person
    pub fn is_for_assistants(self) -> bool {
        matches!(
            self,
            Self::SayMailbox
                | Self::SayRecovery
                | Self::SayReferralMissing
                | Self::SayReferralReceived
                | Self::SayReferralReview
                | Self::SayReferralReady
        )
    }
}

phrases! {
    /// Nothing was pressed or said.
    NotHeard "not_heard" &[], en "Sorry, I did not get that.", es "Disculpe, no le entendí.";
    /// Something was pressed or said that is no choice.
    NotAChoice "not_a_choice" &[], en "Sorry, that is not one of the choices.", es "Disculpe, esa no es una de las opciones.";
    /// No or wrong input twice.
    ToAPerson "to_a_person" &[], en "Let me put you in line for a person.", es "Le pongo en la fila para hablar con una persona.";
    /// First words in a lane's queue.
    InLine "in_line" &["lane"], en "You are in line for {lane}. An assistant takes your call when it is your turn.", es "Está en la fila para {lane}. Un asistente tomará su llamada cuando sea su turno.";
    /// First words after a transfer.
    Transferred "transferred" &["lane"], en "You are being transferred to {lane}. You keep your place in line.", es "Le transferimos a {lane}. Conserva su lugar en la fila.";
    /// The key for a callback, said while waiting.
    CallbackKey "callback_key" &["key"], en "To be called back instead of waiting, press {key}.", es "Si prefiere que le devolvamos la llamada, oprima el {key}.";
    /// The key for a message, said while waiting.
    VoicemailKey "voicemail_key" &["key"], en "To leave a message instead of waiting, press {key}.", es "Si prefiere dejar un mensaje, oprima el {key}.";
    /// A callback was asked for.
    CallbackBooked "callback_booked" &["time"], en "Thank you. We will call you back by {time}.", es "Gracias. Le devolveremos la llamada a más tardar {time}.";
    /// Nobody can take the call.
    NobodyFree "nobody_free" &["time"], en "Nobody can take your call right now. We have noted it and will call you back by {time}.", es "En este momento nadie puede atenderle. Hemos anotado su llamada y se la devolveremos a más tardar {time}.";
    /// Said by the carrier while carelane restarts.
    OneMoment "one_moment" &[], en "One moment, please.", es "Un momento, por favor.";
    /// Just before both are joined.
    Joining "joining" &[], en "Thank you for waiting. Here is your assistant.", es "Gracias por esperar. Le comunico con su asistente.";
    /// The assistant has left.
    Goodbye "goodbye" &[], en "Thank you for calling. Goodbye.", es "Gracias por llamar. Hasta luego.";
    /// More calls than can be held.
    Busy "busy" &["time"], en "All our lines are busy. We have noted your call and will call you back by {time}.", es "Todas nuestras líneas están ocupadas. Hemos anotado su llamada y se la devolveremos a más tardar {time}.";
    /// Urgent words were heard; what happens next follows.
    Urgent "urgent" &[], en "If this is an emergency, hang up and dial 911 now.", es "Si es una emergencia, cuelgue y marque el 911 ahora.";
    /// Words of self-harm were heard; what happens next follows.
    Crisis "crisis" &[], en "If you are thinking about harming yourself, you can call or text 988 at any time. If you are in danger now, hang up and dial 911.", es "Si piensa en hacerse daño, puede llamar o enviar un mensaje al 988 a cualquier hora. Si está en peligro ahora, cuelgue y marque el 911.";
    /// After the urgent sentence: the clinical lane is being reached.
    ReachingCare "reaching_care" &[], en "I am reaching the care team for you. Please stay on the line.", es "Estoy avisando al equipo médico. Por favor no cuelgue.";
    /// Something failed on our side.
    Trouble "trouble" &["time"], en "We have a technical problem. We have noted your call and will call you back by {time}.", es "Tenemos un problema técnico. Hemos anotado su llamada y se la devolveremos a más tardar {time}.";
    /// The whisper to an assistant.
    Whisper "whisper" &["lane", "language", "wait"], en "Call for {lane}, {language}, waiting {wait}.", es "Llamada para {lane}, {language}, espera de {wait}.";
    /// The whisper's start when the practice's urgent words were heard.
    WhisperUrgent "whisper_urgent" &[], en "Urgent.", es "Urgente.";
    /// The whisper's word for a caller without an open request.
    WhisperNew "whisper_new" &[], en "New request.", es "Solicitud nueva.";
    /// The whisper's word for a caller with an open request.
    WhisperRepeat "whisper_repeat" &[], en "Repeat caller with an open request.", es "Ya llamó antes y tiene una solicitud abierta.";
    /// The whisper's keys.
    WhisperKeys "whisper_keys" &[], en "Press 1 to take it, 2 if you are with a patient.", es "Oprima 1 para tomarla, 2 si está con un paciente.";
    /// The call went to somebody else, or its caller left.
    OfferGone "offer_gone" &[], en "This call has already been taken care of. Thank you.", es "Esta llamada ya fue atendida. Gracias.";
    /// The assistant pressed nothing.
    OfferMissed "offer_missed" &[], en "No key was pressed. The call goes to the next assistant.", es "No oprimió ninguna tecla. La llamada pasa al siguiente asistente.";
    /// The assistant pressed 2.
    OfferDeclined "offer_declined" &[], en "Thank you. You will be offered no calls for a while.", es "Gracias. No recibirá llamadas por un rato.";
    /// The caller has left the conversation.
    CallerLeft "caller_left" &[], en "The caller has left. Please close the call with an outcome and a note.", es "La persona colgó. Por favor cierre la llamada con un resultado y una nota.";
    /// On the staff number: the PIN is awaited.
    StaffPin "staff_pin" &[], en "Please enter your PIN, then the pound key.", es "Marque su clave y después la tecla de número.";
    /// The PIN was not right.
    StaffPinWrong "staff_pin_wrong" &[], en "That PIN is not right.", es "Esa clave no es correcta.";
    /// Three PINs in one call were wrong.
    StaffPinTooMany "staff_pin_too_many" &[], en "Three PINs were wrong. Please look yours up, or ask your office, and call again. Goodbye.", es "Tres claves no fueron correctas. Busque la suya o pregunte en su oficina, y llame de nuevo. Hasta luego.";
    /// Too many wrong PINs.
    StaffPinLocked "staff_pin_locked" &["time"], en "There were too many wrong PINs. Yours is locked until {time}. Please ask your office to sign you in.", es "Hubo demasiadas claves incorrectas. La suya está bloqueada hasta {time}. Pida a su oficina que registre su entrada.";
    /// Nobody gave this assistant a PIN.
    StaffPinUnset "staff_pin_unset" &[], en "You have no PIN yet. Please ask your office for one.", es "Usted todavía no tiene clave. Por favor pídala en su oficina.";
    /// The staff number was called from a phone that is nobody's in the team.
    StaffStranger "staff_stranger" &[], en "This line is for people who work here, calling from their own phone. To reach the practice, please call its main number. Goodbye.", es "Esta línea es para el personal, desde su propio teléfono. Para comunicarse con la clínica, llame al número principal. Hasta luego.";
    /// On the staff number: what the keys do.
    StaffMenu "staff_menu" &[], en "If you are ready for calls, press 1. With a patient, 2. To sign out, 3.", es "Si está disponible para llamadas, oprima el 1. Con un paciente, 2. Para salir, 3.";
    /// On the staff number: notes that are owed.
    StaffOwes "staff_owes" &["count"], en "Notes you owe: {count}. To write them up, press 4.", es "Notas que debe: {count}. Para escribirlas, oprima el 4.";
    /// After 1 on the staff number.
    StaffReady "staff_ready" &[], en "You are ready. Calls reach you as soon as you hang up.", es "Usted está disponible. Recibirá llamadas en cuanto cuelgue.";
    /// After 2 on the staff number.
    StaffAway "staff_away" &["time"], en "You are offered no calls until {time}.", es "No recibirá llamadas hasta {time}.";
    /// After 3 on the staff number.
    StaffSignedOut "staff_signed_out" &[], en "You are signed out.", es "Ha salido. Ya no recibirá llamadas.";
    /// After 2 or 3 on the staff number, with a call in hand.
    StaffLater "staff_later" &[], en "That counts as soon as the call in your hands is written up.", es "Eso vale en cuanto termine la llamada que tiene y su nota.";
    /// After 1 on the staff number, with a call in hand.
    StaffBusy "staff_busy" &[], en "You still have a call to write up. Press 4 first.", es "Todavía tiene una llamada por escribir. Primero oprima el 4.";
    /// After 4 on the staff number, with nothing to write.
    StaffOwesNothing "staff_owes_nothing" &[], en "You owe no note.", es "No debe ninguna nota.";
    /// Before a question that is answered by keys: how to hear it again.
    KeysRepeat "keys_repeat" &[], en "To hear this again, press star.", es "Para oírlo de nuevo, oprima asterisco.";
    /// The same, in a practice with several languages.
    KeysLanguage "keys_language" &[], en "For the other language, 9.", es "Para el otro idioma, 9.";
    /// One choice of a question that is answered by keys.
    KeyMeans "key_means" &["what", "key"], en "For {what}, press {key}.", es "Para {what}, oprima {key}.";
    /// A call that is written up by keys.
    WriteUp "write_up" &["lane", "time"], en "Your call for {lane}, {time}.", es "Su llamada para {lane}, {time}.";
    /// The caller has left the conversation, and the assistant writes it up by keys.
    WriteUpNow "write_up_now" &[], en "The caller has left. Please write up the call.", es "La persona colgó. Por favor escriba la nota.";
    /// Writing up by keys: the outcome.
    WriteUpOutcome "write_up_outcome" &[], en "How did it end?", es "¿Cómo terminó?";
    /// Writing up by keys: how to leave it.
    WriteUpLater "write_up_later" &[], en "To leave it for later, press 0.", es "Para dejarla para después, oprima 0.";
    /// A call was written up by keys.
    WrittenUp "written_up" &[], en "Thank you. This call is closed.", es "Gracias. Esta llamada quedó cerrada.";
    /// A call whose lane has no keys for its note, or that was refused.
    NotByKeys "not_by_keys" &[], en "One call cannot be closed by keys. Its note stays yours: please write it on a screen.", es "Una llamada no se puede cerrar con teclas. La nota sigue siendo suya: escríbala en una pantalla.";
    /// The assistant leaves a note for later.
    LeftForLater "left_for_later" &[], en "The note stays yours.", es "La nota sigue siendo suya.";
    /// The last words to an assistant.
    StaffGoodbye "staff_goodbye" &[], en "Goodbye.", es "Hasta luego.";
    /// The practice is closed, and when it opens.
    Closed "closed" &["time"], en "Our office is closed now. We open again at {time}.", es "El consultorio está cerrado. Abrimos de nuevo {time}.";
    /// The practice is at lunch.
    ClosedLunch "closed_lunch" &["time"], en "Our office is closed for lunch. We are back at {time}.", es "El consultorio está cerrado por el almuerzo. Regresamos {time}.";
    /// The practice is closed for the whole of a special day.
    ClosedHoliday "closed_holiday" &["time"], en "Our office is closed today. We open again at {time}.", es "El consultorio está cerrado el día de hoy. Abrimos de nuevo {time}.";
    /// After the sentence about being closed: what happens next.
    CallbackNoted "callback_noted" &["time"], en "We have noted your call and will call you back by {time}.", es "Hemos anotado su llamada y se la devolveremos a más tardar {time}.";
    /// A mailbox in the practice's open hours: why there is no person.
    NobodyNow "nobody_now" &[], en "Nobody can take your call right now.", es "En este momento nadie puede atenderle.";
    /// What to say to the mailbox, and what happens next; the tone follows.
    LeaveMessage "leave_message" &["time"], en "After the tone, please say your name, your number and the reason for your call, then hang up. We will call you back by {time}.", es "Después del tono, diga su nombre, su número y el motivo de su llamada, y cuelgue. Le devolveremos la llamada a más tardar {time}.";
    /// The message was taken and the caller is still there.
    MessageTaken "message_taken" &[], en "Thank you. We have your message. Goodbye.", es "Gracias. Recibimos su mensaje. Hasta luego.";
    /// Said by the carrier alone while our host is down.
    Unreachable "unreachable" &[], en "We cannot take your call right now because of a technical problem. Please call again in a few minutes.", es "En este momento no podemos atenderle por un problema técnico. Por favor llame de nuevo en unos minutos.";
    /// A number calls more often than the practice lets it.
    TooManyCalls "too_many_calls" &[], en "You have called several times in the last few minutes. Please wait a little before you call again.", es "Usted ha llamado varias veces en los últimos minutos. Por favor espere un poco antes de volver a llamar.";
    /// More calls come without a number than the practice lets in.
    TooManyHidden "too_many_hidden" &[], en "Too many calls without a number are coming in right now. Please call again with your number shown, or a little later.", es "En este momento entran demasiadas llamadas sin número. Por favor llame de nuevo mostrando su número, o un poco más tarde.";
    /// The way to the clinic, when no other is open.
    ClinicalKey "clinical_key" &["key"], en "If it is urgent, or for a medical question, press {key} now.", es "Si es urgente, o para una pregunta médica, oprima el {key} ahora.";
    /// A caller's request is an open item already.
    AlreadyNoted "already_noted" &["time"], en "We have your request. We will call you back by {time}.", es "Tenemos su solicitud. Le devolveremos la llamada a más tardar {time}.";
    /// Asked once, where a lane wants to know.
    NewOrExisting "new_or_existing" &[], en "If you are a new patient, press 1. If you have been here before, press 2.", es "Si es paciente nuevo, oprima el 1. Si ya ha venido antes, oprima el 2.";
    /// The whisper's word for a new patient.
    WhisperNewPatient "whisper_new_patient" &[], en "New patient.", es "Paciente nuevo.";
    /// The whisper's word for an existing patient.
    WhisperExisting "whisper_existing" &[], en "Existing patient.", es "Paciente existente.";
    /// The whisper's word for a caller whom a time was promised.
    WhisperPromised "whisper_promised" &["time"], en "Repeat caller, promised a callback by {time}.", es "Ya llamó antes, se le prometió una llamada a más tardar {time}.";
    /// First words for a caller whose promised callback did not come.
    Apology "apology" &[], en "We promised to call you back and did not do so in time. We are sorry.", es "Prometimos devolverle la llamada y no lo hicimos a tiempo. Le pedimos disculpas.";
    /// The whisper's key for an urgent call, of one that is not.
    WhisperFlag "whisper_flag" &[], en "If it is urgent, 5.", es "Si es urgente, 5.";
    /// The whisper's word for a call by the backline.
    WhisperBackline "whisper_backline" &[], en "Backline: hospital, laboratory or pharmacy.", es "Línea profesional: hospital, laboratorio o farmacia.";
    /// The assistant pressed 5: it is urgent.
    OfferFlagged "offer_flagged" &[], en "Thank you. The call goes to the care team.", es "Gracias. La llamada pasa al equipo médico.";
    /// The assistant's line broke off in the conversation.
    LineLost "line_lost" &[], en "I am sorry, the line to your assistant was lost. Please stay on the line.", es "Disculpe, se perdió la línea con su asistente. Por favor no cuelgue.";
    /// It did not come back, and the caller is first in line.
    LineGone "line_gone" &[], en "I am sorry for the interruption. The next assistant takes your call.", es "Disculpe la interrupción. El próximo asistente tomará su llamada.";
    /// The practice's first language, offered in itself to who is greeted in another.
    FirstLanguage "first_language" &["key"], en "For English, press {key}.", es "Para español, oprima el {key}.";
    /// After the first words in a queue: how long the wait is, as far as that is known.
    WaitRange "wait_range" &["wait"], en "Right now the wait is {wait}.", es "Por ahora la espera es de {wait}.";
    /// The assistant puts the patient on hold.
    OnHold "on_hold" &[], en "I am putting you on hold for a moment. Your assistant comes back to you on this line.", es "Le pongo en espera un momento. Su asistente volverá con usted en esta línea.";
    /// From time to time on hold, in turns with the next.
    StillOnHold "still_on_hold" &[], en "You are still on hold. Your assistant has not forgotten you.", es "Usted sigue en espera. Su asistente no le ha olvidado.";
    /// The other sentence on hold.
    HoldGoesOn "hold_goes_on" &[], en "Thank you for your patience. Please stay on the line for your assistant.", es "Gracias por su paciencia. Por favor no cuelgue, su asistente volverá.";
    /// To a supervisor whose phone was picked up.
    StaffSupervise "staff_supervise" &[], en "You asked to listen in. To hear the conversation, press 1.", es "Usted pidió escuchar una conversación. Para oírla, oprima el 1.";
    /// To a supervisor at the end.
    StaffSuperviseOver "staff_supervise_over" &[], en "The conversation is over. Goodbye.", es "La conversación terminó. Hasta luego.";
    /// The whisper's beginning, if a colleague asks her to take a call over.
    WhisperWarm "whisper_warm" &["name"], en "Warm transfer: {name} asks you to take a call over.", es "Traspaso: {name} le pide que tome una llamada.";
    /// To the assistant whose colleague has the call now.
    ConsultDone "consult_done" &[], en "Your colleague has the call now. Thank you.", es "Su colega ya tiene la llamada. Gracias.";
    /// To a colleague who is not needed any more.
    ConsultOver "consult_over" &[], en "The call does not need you any more. Thank you.", es "La llamada ya no le necesita. Gracias.";
    /// The whisper to an assistant for whom a patient is to be called.
    WhisperCallback "whisper_callback" &["lane", "language", "attempt"], en "Callback for {lane}, {language}, attempt {attempt}.", es "Llamada de regreso para {lane}, {language}, intento {attempt}.";
    /// Its keys.
    WhisperCallbackKeys "whisper_callback_keys" &[], en "Press 1 and we call the patient, 2 if you are with a patient. To a mailbox, say only the approved message.", es "Oprima 1 y llamamos al paciente, 2 si está con un paciente. A un buzón, diga solo el mensaje aprobado.";
    /// To the assistant: the patient did not answer.
    NotReached "not_reached" &[], en "The patient could not be reached. The attempt is noted.", es "No se pudo localizar al paciente. El intento quedó anotado.";
    /// To a patient who was called back and answered when the assistant was gone; the practice's name is said before.
    CalledInVain "called_in_vain" &[], en "We called you, and our line was lost. We are sorry. You can call us back at any time.", es "Le llamamos y se perdió nuestra línea. Disculpe. Puede llamarnos cuando guste.";
    /// What an assistant says to a patient's mailbox, and nothing more.
    SayMailbox "say_mailbox" &["practice", "number"], en "Hello, this is {practice}. We are returning your call. Please call us at {number}. Thank you.", es "Hola, le llamamos de {practice}. Le devolvemos su llamada. Por favor llámenos al {number}. Gracias.";
    /// What an assistant says in a callback that comes late, or after a promise that was not kept.
    SayRecovery "say_recovery" &[], en "I am sorry that we did not call you when we should have. I understand that this is frustrating. Let me look now at where your request stands, and tell you what happens next. If you want to complain, I will bring it to our practice manager.", es "Lamento que no le hayamos llamado cuando debíamos. Entiendo que es molesto. Déjeme ver ahora en qué va su solicitud y decirle qué sigue. Si quiere presentar una queja, se la haré llegar al gerente de la clínica.";
    /// What an assistant says of a referral that is not complete.
    SayReferralMissing "say_referral_missing" &["missing"], en "We are waiting for {missing} before we can go on with your referral.", es "Estamos esperando {missing} para poder seguir con su referido.";
    /// What an assistant says of a referral that has come.
    SayReferralReceived "say_referral_received" &[], en "Your referral has arrived. The next step is our review.", es "Su referido ya llegó. El próximo paso es nuestra revisión.";
    /// What an assistant says of a referral that is being reviewed.
    SayReferralReview "say_referral_review" &[], en "Your referral is being reviewed. We will call you when there is a result.", es "Estamos revisando su referido. Le llamaremos cuando haya un resultado.";
    /// What an assistant says of a referral for which a visit can be booked.
    SayReferralReady "say_referral_ready" &[], en "Your referral is complete. We can schedule your visit now.", es "Su referido está completo. Ya podemos programar su cita.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_machine_says_what_assistants_say() {
        for phrase in Phrase::ALL {
            let theirs = phrase.key().starts_with("say_");
            assert_eq!(phrase.is_for_assistants(), theirs, "{}", phrase.key());
            assert!(!(theirs && phrase.is_played()), "{}", phrase.key());
        }
    }
}
