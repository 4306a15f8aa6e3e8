//! What receptionists write in English, word by word, in normal form.

use super::Words;

/// The table.
pub(super) const ENGLISH: Words = Words {
    vague: "couple minute minutes hour hours happier relieved twenty about above actually additional addressed advise advised advises advising again all already also \
            always an and another answer answered answers any anything anyway anyways apologized appropriate \
            are as asap ask asked asking asks assist assistance assisted assure assured at attempt attempted \
            attention available aware back bad be because been before best better bit both but by bye call \
            callback called caller calling calls calm calmed came can cared case cb chat chatted checked \
            clear complete concern concerned concerns confused connection contact contacted continue \
            continued conversation could customer day deal deals dealt details determined did didnt \
            difficulty disconnected discretion discuss discussed discussion do does doing done dont dropped \
            during earlier end ended ensure ensured etc event eventually every everyone everything explain \
            explained eye family feel feeling feels felt few finally fine finish finished follow followed \
            following for forward forwarded from frustrated fu full further future gave general get getting \
            give given glad go going gone good got grateful great had handle handles hangup happened happens \
            happy hard has have having he hear heard hello help helped helpful helping her here hers herself \
            hi him his hold hopefully how however hung i if important in info inform information informed \
            inquiry instructed is issue issues it its just keep kept kind kindly knows last lastly lately \
            later length let like line listened little lm lmom long look looked looking lot lvm made make \
            manage managed many matter matters may maybe me mention mentioned mentioning misc miscellaneous \
            mom monitor more most mother much my myself na name necessary need needed needing needs next \
            nice no nobody none normal not note noted notes nothing notified now number of off office ok \
            okay okayed on once one ongoing only or ordinary other others our out over overall own paged \
            patience patient patients pending per personal phone plan pleasant please polite possible \
            possibly probably problem problems procedure process processed proper protocol pt pts put \
            question questioned questions reach reached read reassure reassured regarding regular relay \
            relayed reply request requested requests resolve resolved respond responded response return \
            returned returning returns review reviewed right routed routine rude said same satisfied say \
            saying says see seemed sent set several she should situation so some somebody someone something \
            soon sorry speak speaking spoke spoken staff standard status still stuff such sure take taken \
            talk talked talking tbd tell tells thank thanked thanks that the their them then there these \
            they thing things think this those though time times to today told took touch transfer \
            transferred tried try trying understand understanding understood unknown up update updates upset \
            us usual usually various verbalize verbalized very vm voicemail wait waited waiting want wanted \
            wanting wants was way we week well went were what when where which while who why will wished \
            with without wont worked worried would yes yesterday you your",
    roles: "biller doctor dr dra manager md np nurse nurses pa physician provider reception rn scheduler \
            specialist supervisor triage",
    topics: "access accommodation account address aetna allergies allergy annual anxiety app appointment \
            appointments appt appts apt asthma attorney auth authorization balance bcbs bill bills biopsy \
            birth bleeding blood bloodwork booked bp camp cancellation charge charged charges checkup \
            checkups cigna circumcision claim clearance colonoscopy complaint consult consultation \
            contraceptive control copay cost cough counseling coverage covid ct deductible demographics \
            dental depression diabetes diarrhea diet directions disability discharge dispute dizzy dosage \
            dose ear eligibility employer equipment er estimate eye fee fees fever flu fmla followup form \
            forms glasses glucose handicap headache headaches hearing hipaa hospital hours hypertension \
            immunization immunizations infection inhaler injection injections insulin insurance interpreter \
            invoice iron itemized lab labs language late letter link location login mammogram medicaid \
            medicare medication medications medicine meds migraine migraines mri mychart nausea newborn \
            noshow notarized nurse-visit nutrition opinion oxygen pain pap paperwork parking password \
            payment pcp physical placard portal preauth pregnancy preop prescription prescriptions pressure \
            price proxy rash receipt records referral refill refilled refills refund release reminder \
            reschedule rescheduled result results ride rx sample samples scan scheduling school screening \
            script self-pay shot shots sinus sports statement std stitches strep strips subpoena superbill \
            surgery suture swelling symptoms telehealth test testing tests therapy throat thyroid transcript \
            translator transportation ultrasound uti vaccine vaccines verification vision visit visits \
            vitamin vomiting waitlist waiver wellness wheelchair wound xray xrays",
    asks: "wants want wanted wanting needs need needed requesting requests requested req asking wondering seeking wishes \
           inquiring inquired inquiring cancel reschedule change rs",
    ask_phrases: &[
        "asked for",
        "asked about",
        "asked if",
        "asked whether",
        "asks for",
        "asks about",
        "asks if",
        "calling for",
        "calling about",
        "calling re",
        "called about",
        "called for",
        "called re",
        "would like",
        "looking for",
        "question about",
        "questions about",
        "wants to know",
        "interested in",
        "calling to",
        "called to",
        "complaining of",
        "complaining about",
        "complains of",
        "r s",
    ],
    kept: "verified updated checked confirmed reviewed verify update",
    did: "resubmitted reprocessed rerouted added appealed approved arranged assigned attached booked canceled cancelled changed checked \
            collected completed confirmed connected corrected credited delivered dispensed dropped emailed \
            enrolled entered escalated extended faxed filed fixed forwarded found issued linked located \
            mailed messaged moved notified obtained opened ordered paged paid placed posted printed \
            processed pulled ran reactivated rebilled rebooked recoded recorded refilled refunded registered \
            removed renewed reprinted requested rescheduled resent reserved reset retrieved routed scanned \
            scheduled sent set-up shared signed started submitted switched tested texted transferred \
            unlocked updated uploaded verified waived",
    told: "told gave given explained advised left offered informed asked called put read looked set notified provided reviewed \
           instructed spoke reminded walked helped let referred",
    future: "will ll shall must should pending awaiting waiting once pickup due expects",
    acts: "advise advises appeal appeals approve approves ask asks assess assesses attend attends book \
            books bring brings call calls check checks come comes complete completes confirm confirms \
            contact contacts correct corrects decide decides deliver discuss discusses drop drops email \
            emails evaluate evaluates fax faxes fill fills find finds finish finishes follow follows forward \
            forwards get gets give gives handle handles let lets look looks mail mails make makes meet meets \
            notifies notify order orders pay pays pick picks prepare prepares print prints process processes \
            reach reaches ready rebill rebills refill refills replies reply resend resends resubmit return \
            returns review reviews schedule schedules see sees send sends set sets ship ships sign signs \
            start starts submit submits take takes talk talks text texts tries try update updates upload \
            uploads verifies verify visit visits",
    ends: &[
        "none",
        "no next step",
        "no next steps",
        "no further",
        "no follow up",
        "no followup",
        "no fu",
        "no f u",
        "nothing else",
        "nothing more",
        "nothing further",
        "nothing pending",
        "nothing left",
        "nothing needed",
        "as planned",
        "as scheduled",
        "no action needed",
        "no more action",
        "closed out",
        "nothing to do",
        "no other step",
        "not needed",
        "calls us",
        "call us",
        "nothing outstanding",
        "no outstanding",
        "no open items",
    ],
    tried: &[
        "no answer",
        "nobody answered",
        "no one answered",
        "did not answer",
        "not reached",
        "didnt answer",
        "wrong number",
        "line busy",
        "mailbox full",
        "voicemail full",
        "not in service",
        "could not reach",
        "couldnt reach",
        "unable to reach",
    ],
    contacts: "call calls calling callback cb phone phones ring rings contact contacts text texts email emails mail mails send \
               sends fax faxes notify notifies update updates reach reaches follow follows fu get gets let",
    deadlines: "by before within until",
    between: "the a an of to will up back with her him them it be on at for in is and then should can going",
    days: "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat today tonight \
           tomorrow tmrw tmr tomorow eod eob cob noon midday",
    parts: "morning afternoon evening week month day days",
    before_hours: "by before at around after until till",
    numbers: "one two three four five six seven eight nine ten a an few couple",
    spells: "minute minutes min mins hour hours hr hrs day days week weeks month months business",
};
