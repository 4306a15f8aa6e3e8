//! What receptionists write in Spanish, word by word, in normal form.

use super::Words;

/// The table.
pub(super) const SPANISH: Words = Words {
    vague: "a aclarada aclaradas aclarado aclarados acuerdo adecuada adecuadamente adecuado adelante agradecida \
            agradecio ahi ahora al alegre algo alguien alguna algunas alguno algunos amable amablemente amerite \
            ameriten ampliamente ante anterior antes aplica aplique apoyada apoyado apoyamos apoye apoyo aquel \
            aquello aqui arreglada arreglado arregle arreglo arriba asesorado asesore asesoria asi asunto asuntos \
            atencion atendi atendida atendido atendiendo atendio aun avisada avisado avisamos avisar avisara \
            avisaran avise ayer ayuda ayudado ayudarle ayude ayudo bastante bastantes bien brevedad brindado \
            brindamos brinde brindo buen buena bueno buscaba buscando cabo cada calma calmada calmo casi caso \
            cerrada cerrado cerre charla charlamos charlar charle colgo comentario comento como completada \
            completado completamente comunicar comunicaremos comunico con conclusion conexion conforme consulta \
            contacto contenta contento contestaba contestada contestadas contestado contestamos contestando \
            contestar contestaron conteste contesto continuar conveniente conversacion conversamos correctamente \
            corresponda corresponde correspondia correspondiente correspondio cosa cosas cual cualquier cualquiera \
            cuando cuenta cuestion cuidado cumpli cumplido cumplio da dada dadas dado dados damos dar dara daran \
            daremos de deberia deberian debida debidamente debido decidir decidira decidiran defina definido definir \
            definira deja dejamos dejando dejar deje dejo del demas desde desea deseaba despues detalle detalles \
            determinado determinar determinara devolver devolvio devuelta di dia dias dice dicen dieron dije dijo \
            dio disculpe donde doy duda dudas durante e efectuado efectue ejecutado el ella ellas ellos en encarga \
            encargado encargo enojada enojado entendia entendida entendido entendio entera enterada enterado entero \
            entiende entonces era eran es esa escuche escucho ese eso esperando esperar esta estaba estaban estamos \
            estan estar estaremos este esto estuvimos estuvo exitosamente experiencia explicada explicado explico \
            explique expreso falta familia favor feliz fin final finalizada finalizado frustrada frustrado fue \
            fueron general gente gestion gestiono gracias gusto ha haber habia hablada hablado hablamos hablar hable \
            hablo hace hacemos hacer hacerlo hacia haga hagamos hagan hago haran haremos hasta haya hayan hecha \
            hecho hice hicimos hizo hola hoy hubo iba iban igual importante info informacion informado informe \
            informo inquietud inquietudes instante intente intento ir joven la larga largas largo las le lejos les \
            linea listo llama llamada llamadas llamado llamamos llamando llamar llamara llamaran llamaremos llamarle \
            llame llamen llamo llegue lleva llevar llevo lo localizar localizarla localizarlo los luego mal mala \
            malo mama mandado mande mando manejada manejado maneje manera mas me mediante mejor menciono menos \
            mensaje mensajes mi mientras minuto minutos mis misma mismo modo molesta molesto momento momentos mucha \
            muchacha muchacho muchas mucho muchos muy na nada nadie necesaria necesario necesita necesitaba necesite \
            necesiten ni ningun ninguna ninguno no nos nosotros nota notas notificada notificado notificara \
            notificaran notifique nuestra nuestro numero nunca ocupada oficina ofrecio ok okay oportunamente \
            oportuno orientado orientar oriente oriento otra otras otro otros paciencia paciente pacientes para \
            parte pasa pasada pasado pasando pasar pasara pase paso pedia pedian pendiente pendientemente pendientes \
            pero persona personal personas pertinente pide pidio platica platicamos platico poco podemos podia \
            podria por porque posible posterior posteriormente pregunta preguntar preguntas pregunto preocupada \
            preocupado problema problemas procesada procesado procesara procese proceso profesional profesionalmente \
            pronto proporcione proporciono protocolo proxima proximo proximos pte pude pueda puedan puede pueden \
            pues punto que quedamos quedar quedaron quedo querer queria queriendo quien quienes quiere quieren \
            quisiera quiso quiza quizas rapidamente rapido rato realice realizada realizado realizo recado regresa \
            regresaba regresando regresar regresara regresarle regrese regreso requerida requerido requiera \
            requieran requiere resolver resolvio respectiva respectivo respeto resuelta resuelto resulta resultar \
            resulte revisada revisado revisamos revisara revisaran revise reviso saber satisfactoriamente satisfecha \
            satisfecho se sea sean seguimiento seguir segun seguramente senor senora senorita sentia sentir sentirse \
            ser servicio si siempre siente sienten siento siga siguen siguiente siguientes sin sintio situacion \
            sobre solamente solicitud solo solucion solucionada solucionado soluciono su surge surja sus tal tambien \
            tampoco tarde tema temas tenia tenian terminada terminado termine tiempo tiene tienen toda todas todavia \
            todo todos tomo trabajando tramitada tramitado tramite tranquila tranquilo tras trate trato tuve tuvimos \
            tuvo ultima ultimamente ultimo un una unas uno unos usted va vamos van varias varios vaya veces vemos \
            ver vera veran vere veremos verificada verificado verifico verifique verlo verse vez vi via viendo vio \
            volver volvio voy vuelta y ya yo",
    stems: "llam habl pregunt convers platic comunic contact explic ayud atend atiend orient aclar resolv resuelv solucion \
            gestion devolv devuelv escuch agradec preocup enoj frustr encarg coment mencion tranquil algun ningun \
            necesit \
            entend entiend intent inform satisf",
    titles: "dr dra doctor doctora lic sr sra srta senor senora",
    people: "abuela abuelo cuidadora esposa esposo familiar hermana hermano hija hijo madre padre papa papas pareja tia tio",
    somebody: "alguien alguno alguna",
    messages: "mensaje mensajes recado recados msj",
    returns: "llame llamar llamara llamarnos llamen llamada regrese devuelva comunique",
    things: &["notas de la", "notas del", "notas clinicas", "notas medicas", "notas de visita"],
    roles: "doctor doctora dr dra encargada enfermera enfermeria enfermero especialista gerente medica \
            medico supervisor supervisora triage",
    topics: "acceso aetna agendada agende alergia alergias alta analisis ansiedad anticonceptivo aplicacion \
            aseguranza asma autorizacion azucar bcbs biopsia cabeza cargo cargos carta chequeo cirugia cita \
            citas cobertura cobraron cobro cobros colonoscopia consejeria constancia consulta contrasena \
            copago corazon costo covid deducible dental depresion diabetes diarrea dieta direccion disputa \
            dolor dosis elegibilidad embarazo emergencias enlace equipo espalda estacionamiento estacionarse \
            estimado examen expediente expedientes factura facturas fiebre fisico forma formulario \
            formularios garganta glucosa gripe herida hinchazon historial horario horarios hospital idioma \
            incapacidad infeccion inhalador insulina interprete inyeccion inyecciones justificante \
            laboratorio laboratorios lentes mamografia mareo mareos medicaid medicamento medicamentos \
            medicare medicina medicinas migrana migranas muestra muestras oido opinion oxigeno pago pagos \
            papanicolaou papeles permiso poliza portal precio presion procedimiento prueba pruebas puntos \
            queja radiografia receta recetas recibo reembolso referido referidos refill remision \
            reprogramada resonancia resultado resultados resurtido resurtidos resurtir rodilla roncha \
            ronchas saldo sangrado sangre seguro sintomas terapia tiroides tomografia tos transporte \
            traslado turno ultrasonido vacuna vacunas videollamada visita visitas vitamina vomito",
    asks: "quiere quieren necesita necesitan pide piden pidio solicita solicito pregunta pregunto cambiar cancelar desea requiere \
           agendar",
    ask_phrases: &[
        "pregunta por",
        "pregunta si",
        "pregunto por",
        "pregunto si",
        "pregunta de",
        "llama por",
        "llamo por",
        "llama para",
        "llamo para",
        "queria saber",
        "quiere saber",
        "se queja de",
        "busca cita",
    ],
    kept: "verifique verifico verificado actualice actualizo actualizado revise reviso confirme confirmo",
    did: "abri abrio active activo actualice actualizada actualizado actualizo adjunte agendada agendado \
            agende agendo agregada agregado agrego agregue anote aprobada aprobado apunte apunto archive \
            cambie cambio cancelada cancelado cancele cancelo cobrado cobre confirmada confirmado confirme \
            confirmo corregi desbloquee empece empezo encontre entrego entregue enviada enviado enviamos \
            envie envio escalada escale escalo escanee hicimos imprimi imprimieron imprimio inicie inicio \
            localice mandamos mandaron mande mando movi movio moviste ofreci pague pase pedi probamos \
            programada programe programo puesta puesto puse reenvie reenvio registre registro renove renovo \
            reprogramada reprograme reprogramo reservada reserve reservo restableci restablecio resurti \
            revise reviso solicite subi subio transferi transferida transfirio verificada verificado \
            verifico verifique",
    told: "di dije deje explique informe ofreci pedi llame lei indique recorde avise dimos explico dio informo indico aviso dijo \
           oriente pase mande",
    future: "debe deben falta faltan hara vendra tendra ira queda pendiente esperando cuando recoge traera pagara dara sera avisara",
    acts: "actualiza agenda agendar agendara aprobara aprueba atender atendera atiende avisa avisar avisara \
            busca buscar buscara confirma confirmar confirmara conseguira consigue contesta contestara \
            corregira corrige da dar dara decide decidira encarga entrega entregara envia enviar enviara \
            evalua evaluara firma firmar firmara firme hace hacer hara imprime imprimira intenta intentar \
            llama llamar llamara llamaran manda mandar mandara paga pagar pagara pasa pasara pedir pedira \
            pide prepara preparara recoge recoger recogera reenvia reenviara resolvera resuelve revisa \
            revisar revisara sigue solicita solicitar solicitara sube subira surte termina terminara trae \
            traer traera vendra verifica verificara viene visita volvera vuelve",
    ends: &[
        "ninguno",
        "ninguna",
        "sin proximo paso",
        "sin pendientes",
        "sin pendiente",
        "nada pendiente",
        "nada mas",
        "no hay nada",
        "no hay seguimiento",
        "no hay pendientes",
        "no hay proximo paso",
        "no requiere seguimiento",
        "sin seguimiento",
        "no falta nada",
        "no queda nada",
        "no necesita seguimiento",
        "segun lo planeado",
        "como estaba programada",
        "sigue a las",
        "nos llama",
        "nos llamara",
        "no hace falta nada",
        "no se requiere nada",
        "sin siguiente paso",
        "sin siguientes pasos",
        "sin mas pasos",
        "sin pasos",
        "sin accion",
        "no hay siguiente paso",
        "no hay mas",
        "ningun paso",
        "ningun pendiente",
        "no aplica",
        "no se necesita nada",
        "no es necesario",
        "nada que hacer",
        "nada por hacer",
    ],
    nothing: &["n a", "na", "nada"],
    tried: &[
        "no contesto",
        "nadie contesto",
        "nadie contesta",
        "no contesta",
        "numero equivocado",
        "linea ocupada",
        "buzon lleno",
        "no se pudo contactar",
        "no se localizo",
        "fuera de servicio",
        "numero desconectado",
        "telefono desconectado",
        "telefono apagado",
        "celular apagado",
        "linea desconectada",
        "nadie responde",
        "nadie respondio",
        "no responde",
        "no respondio",
        "nadie atendio",
        "manda a buzon",
        "se va a buzon",
        "entra el buzon",
        "entra buzon",
        "buzon de voz lleno",
        "suena ocupado",
        "numero incorrecto",
        "numero no existe",
    ],
    contacts: "llamar llama llaman llamara llamaran llamaremos llamamos llamarle llamada avisa avisara avisaran avisar \
               avisamos avisaremos contacta contactara contactar comunica comunicara comunicaremos manda mandara \
               mandaran mandar envia enviara enviaran enviar devuelve devolvera devolver seguimiento escribe escribira \
               responde responden responderemos respondemos respondera \
               responder contestamos contestaremos marca marcan marcamos marcaremos marcara marcarle habla hablan \
               hablara \
               hablaremos confirmamos confirmaremos confirmarle devolvemos devolveremos notifica notificamos notificaremos",
    hears: &["sale", "salen", "saldra", "saldran", "recibe noticias", "tendra noticias", "de nosotros"],
    deadlines: "antes dentro tardar",
    between: "la el las los de a en le se lo va van vamos por del al que le para con",
    days: "lunes martes miercoles jueves viernes sabado domingo hoy manana mediodia",
    parts: "semana mes tarde noche dia",
    before_hours: "las la antes",
    numbers: "un una dos tres cuatro cinco seis siete ocho nueve diez unos unas",
    spells: "minuto minutos hora horas dia dias semana semanas mes meses",
};
