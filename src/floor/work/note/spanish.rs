//! What receptionists write in Spanish, word by word, in normal form.

use super::Words;

/// The table.
pub(super) const SPANISH: Words = Words {
    vague: "minuto minutos rato a aclarada aclaradas aclarado aclarados agradecida agradecio ahi ahora al algo alguien alguna \
            algunas alguno algunos amable amablemente ampliamente ante anterior antes apoyo aqui arreglado \
            arreglo arriba asi asunto asuntos atencion atendi atendida atendido atendiendo atendio aun \
            avisado ayuda ayudado ayudarle ayude ayudo bien buen buena bueno cada calmo casi caso colgo \
            comentario comento como comunicar comunicaremos con conexion consulta contacto contenta contento \
            contestada contestadas contestado contestaron conteste contesto continuar conversacion cosa \
            cosas cual cualquier cuando cuenta cuestion da dar de definir deje dejo del desde despues \
            detalle detalles determinar devolver devolvio devuelta dia dias dice dicen dieron dije dijo dio \
            disculpe donde duda dudas durante e el ella ellas ellos en encarga encargado encargo enojada \
            enojado entendia entendio entiende entonces era es esa escuche escucho ese eso esperando esperar \
            esta estaba estar estaremos este esto estuvimos estuvo explicada explicado explico \
            explique expreso familia favor fin final frustrada frustrado fue fueron general gestion gestiono \
            gracias gusto ha haber habia hablada hablado hablamos hablar hable hablo hace hacer hecha hecho \
            hicimos hizo hola hoy igual importante info informacion informado informe informo inquietud \
            inquietudes intente intento ir la larga las le lejos les linea listo llama llamada llamadas \
            llamado llamamos llamando llamar llamara llamaran llamaremos llamarle llame llamen llamo lleva \
            llevar lo los luego mal mala malo mama mandado mande mando manejado mas me mejor menciono menos \
            mensaje mensajes mi mientras mis misma mismo molesta molesto momento mucha muchas mucho muchos \
            muy na nada nadie necesaria necesario necesita necesitaba ni ningun ninguna ninguno no nos nota \
            notas nuestra nuestro numero ocupada oficina ofrecio ok okay orientado orientar oriente oriento \
            otra otras otro otros paciencia paciente pacientes para parte pasa pasada pasado pase paso \
            pendiente pendientes pero persona personal pide pidio platicamos platico poco podia por porque \
            posible pregunta preguntar preguntas pregunto preocupada preocupado problema problemas proceso \
            pronto protocolo proxima proximo proximos pte pude pues que quedamos quedar quedo queria quien \
            quiere quieren quiso rapido rato realizado recado regresar regrese regreso resolver resolvio \
            resuelta resuelto revisado saber satisfecha satisfecho se seguimiento segun senor senora sentia \
            ser si siempre siento siguiente sin situacion sobre solamente solicitud solo solucion \
            solucionada solucionado soluciono su sus tambien tampoco tarde tema temas tenia tenian \
            tiempo tiene tienen toda todas todavia todo todos tomo tramite tranquila tranquilo trate trato \
            tuvimos tuvo ultimamente un una unas uno unos usted varias varios veces ver veremos vez via \
            volver volvio y ya yo",
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
    ],
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
    ],
    contacts: "llamar llama llaman llamara llamaran llamaremos llamamos llamarle llamada avisa avisara avisaran avisar \
               avisamos avisaremos contacta contactara contactar comunica comunicara comunicaremos manda mandara \
               mandaran mandar envia enviara enviaran enviar devuelve devolvera devolver seguimiento escribe escribira",
    deadlines: "antes dentro tardar",
    between: "la el las los de a en le se lo va van vamos por del al que le para con",
    days: "lunes martes miercoles jueves viernes sabado domingo hoy manana mediodia",
    parts: "semana mes tarde noche dia",
    before_hours: "las la antes",
    numbers: "un una dos tres cuatro cinco seis siete ocho nueve diez unos unas",
    spells: "minuto minutos hora horas dia dias semana semanas mes meses",
};
