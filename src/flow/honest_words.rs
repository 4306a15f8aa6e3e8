//! The words by which honest prompts are told from others, by language, in normal form. They judge no caller.

/// Numbers that bring help.
pub(super) const HELP_NUMBERS: [&str; 2] = ["911", "988"];

/// One language's words.
pub(super) struct Tongue {
    /// Whoever says one of these speaks of a wait.
    pub(super) waits: &'static [&'static str],
    /// Whoever says one of these speaks of calling back.
    pub(super) callbacks: &'static [&'static str],
    /// Not a time, and yet a promise.
    pub(super) soon: &'static [&'static str],
    /// A place in line.
    pub(super) places: &'static [&'static str],
    /// Who stands in a line, and where the others stand.
    pub(super) callers: &'static [&'static str],
    pub(super) ahead: &'static [&'static str],
    /// Numbers in words; digits count as well.
    pub(super) numbers: &'static [&'static str],
    /// What may stand between a number and its unit.
    pub(super) links: &'static [&'static str],
    /// Units of a wait, and longer ones for callbacks.
    pub(super) units: &'static [&'static str],
    pub(super) long_units: &'static [&'static str],
    /// Days of a callback, and what stands before an hour.
    pub(super) days: &'static [&'static str],
    pub(super) before_hours: &'static [&'static str],
    /// What stands before a length of time that somebody waits, and what may not follow it.
    pub(super) leads: &'static [&'static str],
    pub(super) after_hours: &'static [&'static str],
    /// A condition begins, and words by which it is one to its end.
    pub(super) conditions: &'static [&'static str],
    pub(super) in_conditions: &'static [&'static str],
    /// A clause that goes on with the one before.
    pub(super) joins: &'static [&'static str],
    /// "Not", and what may stand between it and what is denied.
    pub(super) denials: &'static [&'static str],
    pub(super) may_follow_denial: &'static [&'static str],
    /// Dialling, and what may stand between it and the number.
    pub(super) dialling: &'static [&'static str],
    pub(super) before_number: &'static [&'static str],
    /// An emergency sentence turned round.
    pub(super) turned_round: &'static [&'static str],
}

const ENGLISH: Tongue = Tongue {
    waits: &[
        "your wait", "the wait", "wait is", "wait time", "wait times", "wait of", "waiting time", "waiting times",
        "hold time", "hold times", "current wait", "average wait", "estimated wait", "usual wait", "you will wait",
        "have to wait", "be with you", "is with you", "take your call", "takes your call", "answer your call",
        "answers your call", "answer all calls", "answer calls", "answer every call", "calls are answered",
        "call is answered", "be answered", "speak with you", "speak to you", "assist you", "help you", "connect you",
        "be connected", "get to you", "right with you", "pick up your call", "attend to you", "serve you",
    ],
    callbacks: &[
        "call you", "calls you", "calling you", "called back", "be called", "return your call", "returns your call",
        "get back to you", "gets back to you", "callback", "hear from us", "ring you back", "phone you back",
    ],
    soon: &[
        "shortly", "soon", "momentarily", "right away", "immediately", "in a moment", "in a minute", "any moment",
        "any minute", "in a few moments", "in just a moment", "promptly", "very quickly", "in no time",
    ],
    places: &[
        "next in line", "first in line", "next in the queue", "first in the queue", "you are next", "you are the next",
        "nobody is ahead", "no one is ahead", "nobody ahead of you", "no one ahead of you", "number one in line",
        "number two in line", "number 1 in line", "number 2 in line", "number 3 in line", "position one", "position 1",
    ],
    callers: &["caller", "callers", "people", "person", "calls", "call", "patients", "patient", "others"],
    ahead: &["ahead", "before"],
    numbers: &[
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "fifteen", "twenty",
        "thirty", "forty", "sixty", "ninety", "a", "an", "few", "couple", "half", "several", "the",
    ],
    links: &["of", "an", "business", "working", "more", "short", "full", "single", "or", "few", "couple"],
    units: &["seconds", "secs", "minute", "minutes", "min", "mins", "hour", "hours"],
    long_units: &["day", "days", "week", "weeks"],
    days: &[
        "today", "tonight", "tomorrow", "this morning", "this afternoon", "this evening", "same day", "same business day",
        "next day", "next business day", "end of the day", "end of day", "noon", "monday", "tuesday", "wednesday",
        "thursday", "friday", "saturday", "sunday",
    ],
    before_hours: &["by", "before", "at", "until"],
    leads: &[
        "in", "within", "under", "than", "about", "around", "approximately", "nearly", "roughly", "is", "are", "only", "just",
        "takes", "take", "lasts", "most", "to", "or", "next", "wait", "wait of", "average of", "maximum of", "every", "by",
    ],
    after_hours: &["a", "per", "every", "before", "early"],
    conditions: &["if", "unless", "when", "whenever"],
    in_conditions: &[
        "nobody", "no", "not", "have", "has", "havent", "hasnt", "did", "didnt", "do", "dont", "press", "been", "hear",
    ],
    joins: &["and", "or", "nor"],
    denials: &["not", "dont", "never", "without", "avoid", "neednt", "shouldnt", "mustnt", "nor"],
    may_follow_denial: &[
        "need", "to", "have", "please", "ever", "yet", "just", "bother", "be", "necessary", "required", "for", "you",
    ],
    dialling: &["hang", "up", "dial", "dialing", "dialling", "call", "calling", "text", "texting", "contact", "use", "or"],
    before_number: &["and", "then", "to", "the", "number", "at", "on", "for", "just", "please", "emergency"],
    turned_round: &[
        "not an emergency hang up", "not an emergency dial", "not an emergency call 911", "not an emergency please hang up",
        "not an emergency please dial", "not need 911", "dont need 911", "no need for 911", "no need to call 911", "no need to dial 911",
        "no need to hang up", "no reason to call 911", "no reason to dial 911", "instead of 911", "instead of calling 911",
        "instead of dialing 911", "rather than 911", "rather than calling 911", "rather than dialing 911",
        "911 is not", "911 cannot", "911 will not",
    ],
};

const SPANISH: Tongue = Tongue {
    waits: &[
        "tiempo de espera", "tiempos de espera", "la espera", "su espera", "espera es", "espera actual", "espera promedio",
        "espera estimada", "que esperar", "usted esperara", "le atendera", "le atenderan", "le atenderemos",
        "lo atenderemos", "la atenderemos", "lo atendera", "la atendera", "le atiende", "le atendemos", "sera atendido",
        "sera atendida", "seran atendidas", "contestaremos su llamada", "contestamos su llamada", "contestara su llamada",
        "contestamos todas", "contestamos las llamadas", "tomara su llamada", "tomaremos su llamada", "estara con usted",
        "estaremos con usted", "le comunicaremos", "le ayudara", "le ayudaremos", "hablara con usted", "le respondera",
        "le responderemos",
    ],
    callbacks: &[
        "le llamamos", "le llamaremos", "lo llamaremos", "la llamaremos", "le llamara", "lo llamara", "le llaman",
        "le llamaran", "le devolvemos", "le devolveremos", "le devolvera", "devolveremos la llamada",
        "devolveremos su llamada", "devolvemos su llamada", "la devolveremos", "le regresamos la llamada",
        "le regresaremos la llamada", "regresaremos su llamada", "devolverle la llamada", "nos comunicaremos con usted",
        "nos pondremos en contacto", "recibira una llamada", "recibira nuestra llamada",
    ],
    soon: &[
        "en breve", "pronto", "enseguida", "en seguida", "de inmediato", "inmediatamente", "en un momento", "en un minuto",
        "en unos momentos", "en unos instantes", "a la brevedad", "lo antes posible", "cuanto antes", "ahora mismo",
    ],
    places: &[
        "siguiente en la fila", "primero en la fila", "primera en la fila", "siguiente en la linea", "usted es el siguiente",
        "usted es la siguiente", "usted es el proximo", "usted es la proxima", "nadie delante", "numero uno en la fila", "numero 1 en la fila",
        "numero dos en la fila", "numero 2 en la fila", "numero 3 en la fila", "posicion uno", "posicion 1",
    ],
    callers: &["persona", "personas", "llamada", "llamadas", "paciente", "pacientes"],
    ahead: &["delante", "adelante", "antes"],
    numbers: &[
        "un", "una", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "doce", "quince",
        "veinte", "treinta", "cuarenta", "sesenta", "noventa", "media", "unos", "unas", "pocos", "pocas", "par", "algunos",
    ],
    links: &["de", "o", "mas", "pocos", "cuantos"],
    units: &["segundo", "segundos", "minuto", "minutos", "min", "hora", "horas"],
    long_units: &["dia", "dias", "semana", "semanas"],
    days: &[
        "hoy", "hoy mismo", "manana", "pasado manana", "esta tarde", "esta noche", "esta manana", "mismo dia",
        "dia siguiente", "proximo dia", "final del dia", "mediodia", "lunes", "martes", "miercoles", "jueves", "viernes",
        "sabado", "domingo",
    ],
    before_hours: &["las", "antes"],
    leads: &[
        "en", "dentro de", "menos de", "mas de", "espera de", "promedio de", "cerca de", "alrededor de", "maximo de", "minimo de", "es de", "son de", "sera de",
        "es", "son", "de solo", "solo", "aproximadamente", "como", "casi", "a", "espera", "esperar", "esperara", "proximos",
        "proximas", "los", "las", "tarda", "toma", "maximo",
    ],
    after_hours: &["al", "del", "por", "antes"],
    conditions: &["si", "cuando"],
    in_conditions: &["nadie", "no", "ha", "han", "oprima", "marque", "presione", "hemos"],
    joins: &["y", "e", "o", "ni"],
    denials: &["no", "nunca", "jamas", "sin", "evite", "ni", "tampoco"],
    may_follow_denial: &[
        "es", "necesario", "hace", "falta", "tiene", "tenga", "que", "debe", "deben", "necesita", "hay", "por", "favor", "se",
        "le", "de", "motivo", "para", "vaya", "a", "usted", "la", "pena", "vale",
    ],
    dialling: &[
        "cuelgue", "colgar", "cuelgues", "marque", "marcar", "marques", "llame", "llamar", "llames", "mande", "envie", "enviar",
        "contacte", "use", "usar", "ni", "o",
    ],
    before_number: &["y", "e", "luego", "al", "a", "el", "la", "numero", "un", "mensaje", "por", "favor", "de", "emergencias"],
    turned_round: &[
        "no es una emergencia cuelgue", "no es una emergencia marque", "no es una emergencia llame al 911",
        "no es una emergencia por favor cuelgue", "no es una emergencia por favor marque", "no necesita el 911", "no necesita al 911", "en lugar del 911",
        "en lugar de llamar al 911", "en lugar de marcar el 911", "en vez del 911", "en vez de llamar al 911",
        "en vez de marcar el 911", "el 911 no",
    ],
};

/// The words of a language, if there are any.
pub(super) fn tongue(primary: &str) -> Option<&'static Tongue> {
    match primary {
        "en" => Some(&ENGLISH),
        "es" => Some(&SPANISH),
        _ => None,
    }
}
