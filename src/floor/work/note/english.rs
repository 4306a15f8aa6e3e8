//! What receptionists write in English, word by word, in normal form.

use super::Words;

/// The table.
pub(super) const ENGLISH: Words = Words {
    vague: "ability about above accordingly acknowledge acknowledged acknowledges action actioned actions actually \
            additional addressed advise advised advises advising again agree agreeable agreed agrees all already \
            also always an and another answer answered answers any anybody anyone anything anyway anyways apologized \
            appropriate are arise arises as asap ask asked asking asks assist assistance assisted assure assured at \
            attempt attempted attend attended attending attention available aware away awhile back bad base be \
            because been before best better bit both but by bye call callback called caller calling calls calm \
            calmed came can cannot cant cared case cb certainly chat chatted checked circle clarified clarify clear \
            client clients comes comfortable coming comment commented comments complete completely concern concerned \
            concerns confused connection contact contacted continue continued convenience conversation converse \
            conversed cooperative correctly could couldnt couple courteous customer date day days deal deals dealt \
            decide decided decides delighted details determined did didnt difficulty directed disconnected \
            discretion discuss discussed discussion do does doing done dont down dropped during earlier effort \
            efforts either else end ended ensure ensured entire etc event eventually ever every everyone everything \
            evidently explain explained extent eye family fashion fast feedback feel feeling feels felt few figure \
            figured finally fine finish finished folks follow followed following for forward forwarded from \
            frustrated fu full further future fyi gave general gentleman get gets getting girl give given glad go \
            goes going gone good got grateful great guess guidance guided guy had hadnt handle handles hangup \
            happened happening happens happier happy hard has hasnt have havent having he hear heard hello help \
            helped helpful helping her here hers herself hes hi him his hold hopefully hour hours how however hows \
            hung i if im immediately important in individual info inform information informed inquire inquired \
            inquiries inquiring inquiry instructed into is isnt issue issues it its ive job just keep keeping keeps \
            kept kind kindly kindness knows lady last lastly lately later length let lets like line listened little \
            lm lmom long look looked looking loop lot lvm made make man manage managed manner many matter matters \
            may maybe me measure measures member mention mentioned mentioning minute minutes misc miscellaneous \
            missed mom moment moments monitor more most mother much my myself na name nature necessary need needed \
            needing needs neither never next nice nicely no nobody nobodys none noone normal not note noted notes \
            nothing notified now number of off office ok okay okayed on once one ongoing only onto opportunity or \
            ordinary other others our out over overall own paged part party patience patient patients pending people \
            per personal phone plan pleasant please pleased point polite politely possible possibly probably problem \
            problems procedure proceed proceeding proceeds process processed professional professionally progress \
            promptly proper properly protocol provide provided provides providing pt pts purpose put queries query \
            question questioned questions quickly reach reached read reason reasons reassurance reassure reassured \
            recommended regarding regular relay relayed relieved remain remains remark reply request requested \
            requests required requirement requires resolve resolved respond responded responding response return \
            returned returning returns review reviewed right routed routine rude said same satisfaction satisfied \
            say saying says see seem seemed seems seen sent set several she shell shes shortly should side since \
            situation situations so some somebody somebodys somehow someone someones something sometime sometimes \
            somewhere soon sorry sort sorted speak speaking spoke spoken squared staff standard stated states status \
            step steps still stuff subject successfully such sure surely take taken talk talked talking task tba tbd \
            team tell tells than thank thanked thankful thanks that thats the their them then there theres these \
            they theyll theyre thing things think this thoroughly those though thought through thru till time times \
            to today told tonight too took topic touch toward towards transfer transferred tried try trying tuned \
            turned turning turns twenty type types under understand understanding understood underway unknown until \
            up update updates upon upset us usual usually various verbal verbalize verbalized verbalizes verbally \
            very vm voice voicemail wait waited waiting want wanted wanting wants was wasnt way we week well went \
            were weve what whatever whats whatsoever when whenever where wherever which whichever while who whoever \
            whole why will wip wish wished wishes with within without woman wont worked working worried would yes \
            yesterday you youll your",
    stems: "talk discuss explain assist inform advis handl resolv respond thank clarif convers inquir reassur frustrat \
            satisf understand",
    titles: "dr dra doctor doctora np pa md mr mrs ms miss",
    people: "aunt brother caregiver child dad daughter father grandma grandmother husband parent parents relative sister \
             son spouse uncle wife",
    somebody: "anybody anyone somebody someone",
    messages: "lm lmom lvm message messages msg vm voicemail",
    returns: "call callback return",
    things: &[
        "chart notes",
        "clinic notes",
        "clinical notes",
        "notes from",
        "office notes",
        "progress notes",
        "visit notes",
    ],
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
        "no action",
        "no actions",
        "no pending",
        "no remaining",
        "no steps",
        "not applicable",
        "nothing required",
    ],
    nothing: &["n a", "na", "nil", "nothing", "nothing at this time"],
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
        "number disconnected",
        "number is disconnected",
        "number was disconnected",
        "number out of service",
        "phone disconnected",
        "phone is off",
        "line disconnected",
        "did not pick up",
        "didnt pick up",
        "nobody picked up",
        "no one picked up",
        "rang out",
        "rings out",
        "rang no",
        "voicemail not set up",
        "no voicemail set up",
        "went to voicemail",
        "straight to voicemail",
        "mailbox is full",
        "voicemail is full",
        "not accepting calls",
        "number not valid",
        "invalid number",
    ],
    contacts: "call calls calling callback cb phone phones ring rings contact contacts text texts email emails mail mails send \
               sends fax faxes notify notifies update updates reach reaches follow follows fu get gets let respond \
               responds reply \
               replies answers",
    hears: &["from us", "hears back", "hear back", "go out", "goes out", "going out", "gets back to", "get back to"],
    deadlines: "by before within until",
    between: "the a an of to will up back with her him them it be on at for in is and then should can going",
    days: "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat today tonight \
           tomorrow tmrw tmr tomorow eod eob cob noon midday",
    parts: "morning afternoon evening week month day days",
    before_hours: "by before at around after until till",
    numbers: "one two three four five six seven eight nine ten a an few couple",
    spells: "minute minutes min mins hour hours hr hrs day days week weeks month months business",
};
