"""Words as meditations use them: what a voice says of itself, and what it is told to say."""

from __future__ import annotations

from typing import Final

WORDS: Final = {
    "en-us": """
        breath breathing gentle gently water notice noticing window around about tomorrow yesterday
        remember important distance kitchen belly shoulder forest garden morning evening quiet
        listen sound silence moment feeling body hands fingers chair floor ground weight gravity
        support safety trust closeness partner choice option boundary pause slowly softly kindly
        welcome arrive return settle soften widen narrow open close eyelids light shadow colour
        texture fabric sleeve pocket pebble candle flame river ocean mountain valley meadow
        branches leaves feather blanket pillow mattress ceiling corner doorway hallway street
        traffic engine whistle thunder drizzle summer winter autumn harvest apple orange lemon
        ginger pepper coffee chocolate honey bread butter table saucer spoon pencil paper letter
        number seven eleven thirty hundred thousand minute second hour calendar weather journey
        traveller companion neighbour family children brother sister mother father daughter
        stranger doctor therapist teacher student question answer reason purpose pleasure treasure
        measure nature future picture language message memory history danger alarm worry anger
        sadness sorrow tired restless heavy lighter warmer cooler steady rhythm pattern circle
        square triangle edge surface depth anchor harbour island bridge tunnel ladder staircase
        balance stretch release tension muscle tongue throat chest stomach knees ankles
        """,
    "de": """
        Atem Atmung sanft Wasser bemerken Fenster ringsum morgen gestern erinnern wichtig Abstand
        Küche Bauch Schulter Wald Garten Abend leise hören Klang Stille Augenblick Gefühl Körper
        Hände Finger Stuhl Boden Gewicht Schwere Halt Sicherheit Vertrauen Nähe Partner Wahl
        Grenze Pause langsam freundlich willkommen ankommen zurück ruhen weicher öffnen schließen
        Lider Licht Schatten Farbe Stoff Ärmel Tasche Kiesel Kerze Flamme Fluss Meer Berg Tal
        Wiese Zweige Blätter Feder Decke Kissen Ecke Flur Straße Donner Regen Sommer Winter
        Herbst Apfel Zitrone Ingwer Pfeffer Honig Brot Butter Tisch Löffel Papier Brief sieben
        dreißig hundert Minute Stunde Wetter Reise Nachbar Familie Kinder Bruder Schwester Mutter
        Vater Tochter Lehrer Frage Antwort Freude
        """,
    "es": """
        aire respirar suave agua notar ventana alrededor mañana ayer recordar importante distancia
        cocina vientre hombro bosque jardín tarde callado escuchar sonido silencio momento
        cuerpo manos dedos silla suelo peso gravedad apoyo calma confianza cercanía pareja
        límite pausa despacio bienvenida llegar volver soltar abrir cerrar luz sombra color
        textura tela manga bolsillo piedra vela llama río mar montaña valle prado ramas hojas
        pluma manta almohada techo rincón puerta pasillo calle trueno lluvia verano invierno
        otoño manzana naranja limón jengibre pimienta café miel pan mesa cuchara lápiz papel carta
        siete treinta ciento minuto hora tiempo viaje vecina familia hijos hermano hermana madre
        padre hija maestra pregunta respuesta alegría
        """,
}
"""By the voice that says them."""
