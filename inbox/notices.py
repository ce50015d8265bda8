"""What mail servers write when they cannot deliver: the words of each, in the languages we have met.

Sources: the programs' own templates (Postfix, Exim, Sendmail, qmail, Courier, Exchange and Microsoft 365, Gmail,
Domino, iPlanet, IMail, OpenSMTPD and others) and their Spanish, Portuguese, French, German and Italian editions.
"""

import re
from collections.abc import Iterator
from functools import cached_property


class Phrases:
    """Phrases that are compiled when first asked for: most runs of the service meet no notice at all."""

    def __init__(self, *phrases: str) -> None:
        self._phrases = phrases

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile("|".join(self._phrases), re.IGNORECASE | re.MULTILINE)

    def search(self, text: str) -> bool:
        """Tell whether one of the phrases stands anywhere in a text."""
        return self._pattern.search(text) is not None

    def opens(self, text: str) -> bool:
        """Tell whether a text begins with one of the phrases."""
        return self._pattern.match(text) is not None

    def places(self, text: str) -> Iterator[int]:
        """Yield where in a text each phrase begins."""
        return (found.start() for found in self._pattern.finditer(text))


SUBJECT_HINT = Phrases(
    "deliver|return|fail|bounce|warning|unknown|invalid|mailbox|reject|block|sen[dt]|system|retried|ndn",
    "entreg|correo|mensaje|enviar",
    "|remis|distribu|zustell|recapit|consegna|dostarcz|bestelbaar|доставл|投递|送达|配信|届け|エラー|退信|失败|傳遞|반송",
)
"""A cheap look before the long table of subjects."""

SUBJECT = Phrases(
    r"there was an error sending|not member article from|reject mail (?:from|:)|undeliver|not (?:be )?deliver",
    r"无法投递|未送达|投递|недоставлен|не удается доставить|配信不能|未配信",
    r"^\W*(?:undeliver(?:ed|able)|un-?deliverable|returned mail|returned e-?mail|mail returned|returned to sender)",
    r"^\W*delivery (?:status )?(?:notification|failure|failed|problem|error|report|has failed|unsuccessful"
    r"|delayed|status)",
    r"^\W*delivery_failure|^\W*(?:mail|message|e-?mail|your mail) (?:delivery )?(?:failed|failure|error|undeliverable)",
    r"^\W*(?:mail|message) (?:delivery|could not be delivered|not delivered|undeliverable"
    r"|status - undeliverable|you sent blocked)",
    r"mail system error|mail delivery (?:failed|failure|error|problem|subsystem|system)|failed mail|^\W*failure notice",
    r"could ?n[o']t (?:be delivered|send message|deliver)|cannot (?:be delivered|deliver)|unable to deliver",
    r"delivery warning|^\W*(?:notice|warning): (?:mail delivery|could not send|message .{0,40}delay)",
    r"message delayed|delayed mail|delivery delay",
    r"^\W*warning: message \S+ delayed|still being retried|non[- ]?delivery|nondeliverable|^\W*ndn:"
    r"|\[bounce\]",
    r"^\W*bounced",
    r"user unknown|unknown (?:user|recipient|address)|invalid (?:recipient|address)",
    r"mailbox (?:full|unavailable)|rejected mail",
    r"^\W*(?:rejected|message blocked|message rejected|mail rejected|blocked mail|undelivered)",
    r"returning message to sender",
    r"no se (?:ha podido|pudo|puede) (?:entregar|enviar)|no entregad[oa]|error (?:de|en la) entrega",
    r"entrega (?:fallida|retrasada)",
    r"notificaci[oó]n de(?:l)? estado de (?:la )?entrega|aviso de (?:no )?entrega",
    r"correo (?:devuelto|rechazado|no entregado)",
    r"mensaje (?:devuelto|rechazado|no entregado)|imposible entregar|no es posible entregar",
    r"devoluci[oó]n de(?:l)? (?:correo|mensaje)",
    r"n[aã]o (?:foi poss[ií]vel entregar|p[oô]de ser entregue|entregue)|falha na entrega|n[aã]o entreg[aá]vel",
    r"non (?:remis|distribuable|distribué)|échec de (?:la )?(?:remise|distribution)|unzustellbar",
    r"nicht zugestellt|zustellung fehlgeschlagen",
    r"mancato recapito|non recapitabile|mancata consegna|niedostarcz|nie dostarczono|onbestelbaar"
    r"|не доставлен",
    r"недоставлен",
    r"配信|届け|エラーメール|退信|邮件传输失败|投递失败|無法傳遞|반송",
)
"""Subjects that only a server writes, as far as a subject can tell."""

FAILURE = Phrases(
    r"rejected recipient|returned permanent errors?|not a member of this mailing list|attempted to be delivered on",
    r"could ?(?:n[o']t|not) be (?:delivered|sent|reached|processed|routed)|can ?(?:not|'t) be delivered",
    r"was(?: not|n't) delivered",
    r"has not been delivered|were not delivered|not delivered to|not be delivered|is undeliverable",
    r"undeliverable (?:to|mail|message|because)",
    r"(?:couldn't|can't|cannot|can not|could not|unable to|not able to|n't able to|failed to) deliver",
    r"failed to reach|not reach the following",
    r"delivery (?:has )?failed|delivery failure",
    r"delivery (?:to|of) .{0,200}(?:has been|was|has) (?:failed|unsuccessful|suspended|rejected)",
    r"delivery to the following .{0,30}(?:failed|delayed|has been)|delivery was unsuccessful",
    r"delivery attempt(?:s)? failed",
    r"failed (?:permanently|recipient)|permanent (?:failure|fatal error|error)|fatal errors"
    r"|delivery problems",
    r"had delivery (?:problems|errors)",
    r"did not reach (?:some or all|the following|its|the intended)",
    r"following (?:address(?:es)?|recipients?|errors?|message)[^.\n]{0,60}(?:fail|error|reject|problem"
    r"|undeliver|unknown)",
    r"(?:returned|bounced|sent back) (?:to (?:the )?sender|mail|message|because)|returning (?:it|message"
    r"|your)",
    r"being returned|returned unopened",
    r"user (?:is )?(?:unknown|not found|doesn'?t exist|disabled|does not exist|not known|invalid)",
    r"unknown (?:user|recipient|local|address|mailbox|or illegal)",
    r"no such (?:user|mailbox|recipient|address|domain|person)",
    r"(?:mailbox|account|address|recipient|user|domain|e-?mail)[^.\n]{0,80}(?:does not exist|doesn'?t exist"
    r"|not found|is (?:full|disabled|inactive|unavailable|suspended|not active|invalid|unknown|over"
    r"|currently)|not exist|no longer|has been (?:disabled|suspended))",
    r"(?:mailbox|inbox|quota)[^.\n]{0,30}(?:full|exceeded|over quota|overquota|limit)",
    r"over (?:the )?(?:disk )?quota|exceeded (?:his|her|the|their|storage|mail)|quota exceeded",
    r"(?:mail|message|transaction|address|recipient|sender|relaying|access|relay)[^.\n]{0,40}(?:rejected"
    r"|refused|denied|blocked|prohibited)",
    r"rejected (?:your|by|the|for|because)|has been (?:blocked|rejected|quarantined)",
    r"message was created automatically by",
    r"this is (?:the|an?) (?:\S+ )?(?:mail system|qmail|mailer-daemon|postfix|mail delivery|permanent error"
    r"|automatically generated delivery)",
    r"the postfix (?:program|on|mail)|this is a permanent error",
    r"hi\. this is the|hi! this is the|this is the mail(?:er-daemon| system| server| transport)",
    r"the mta program at|transcript of session follows|unsent message (?:follows|below)|undelivered message",
    r"this is the dragonfly",
    r"diagnostic information for administrators|generating server|this report relates to a message you sent",
    r"message log follows|failure reasons|error (?:message|details|description) (?:below|follows|:)",
    r"reporting[- ]mta|final[- ]recipient",
    r"host (?:not found|unknown|or domain name not found|unreachable)|domain (?:name )?not found",
    r"unrouteable address|unroutable|connection (?:timed out|refused)|retry (?:timeout|time not reached)",
    r"timed? ?out (?:while|for too long)|unresolvable|bad address syntax|mail loop|loops back to"
    r"|too many hops",
    r"hop count",
    r"no (?:se (?:ha podido|pudo|puede|han podido|pudieron)|hemos podido|fue posible|es posible"
    r"|ha sido posible) (?:entregar|enviar)",
    r"error en la entrega|la entrega (?:ha fallado|fall[oó]|no|a estos)",
    r"no (?:se )?(?:ha sido |fue |ha |se )?entregad[oa]|tu mensaje no se|su mensaje no (?:se|ha|lleg|pudo)",
    r"no lleg[oó] a|informaci[oó]n de diagn[oó]stico|el servidor remoto (?:respondi|devolvi|rechaz)",
    r"destinatario(?:s)? (?:desconocid|no exist|inexist)|buz[oó]n (?:lleno|no exist|desconocid"
    r"|no disponible)",
    r"usuario desconocido|no se encontr[oó] la direcci[oó]n|no se ha encontrado la direcci[oó]n",
    r"direcci[oó]n(?: de correo)?(?: electr[oó]nico)? (?:no exist|inexist|desconocid|no encontrad)",
    r"n[aã]o (?:foi poss[ií]vel|p[oô]de ser|foi) entreg|falha (?:na entrega|ao entregar)|sua mensagem n[aã]o",
    r"usu[aá]rio desconhecido|informa[cç][oõ]es de diagn[oó]stico",
    r"n'a pas (?:pu (?:être|etre)|été) (?:remis|distribu|livr|envoy)|impossible de (?:remettre|distribuer)",
    r"échec de la (?:remise|distribution)|informations de diagnostic",
    r"(?:konnte|kann) nicht (?:zugestellt|ausgeliefert|gesendet)|nicht zustellbar|unzustellbar",
    r"fehler bei der (?:nachrichten)?zustellung|empfänger unbekannt|diagnoseinformationen",
    r"non (?:è stato possibile|e' stato possibile|può essere|ha potuto) (?:recapitare|consegna|consegnare"
    r"|essere)",
    r"impossibile (?:recapitare|consegnare)|mancato recapito|recapito non riuscito|non è riuscit",
    r"nie (?:mogła|mogła być|może być|została|udało się) (?:dostarcz|zosta|być)|nie istnieje",
    r"не (?:может быть|было|удалось) доставл|доставлено|не существует",
    r"could not send|can't send|unable to send|unable to relay",
    r"not (?:a valid|an? active) (?:user|recipient|mailbox|address)|invalid (?:recipient|user|address"
    r"|mailbox)",
    r"recipient (?:address )?(?:unknown|invalid|not)|message (?:refused|size exceeds|too large|exceeds)",
    r"trouble delivering|error occurred while (?:trying to deliver|attempting to deliver)",
    r"error has occurred while attempting|body of message generated response|your message could not",
    r"(?:the user\(s\)|user\(s\) account)|message could not be|couldn't be found|wasn't found at",
    r"isn't accepting|undelivered to|we were unable|address rejected|no mailbox here",
    r"may not exist, or you may not have permission|can not be sent|will not be delivered",
    r"配信できません|送信できません|届けられません|宛先|存在しません|受信拒否|エラー|无法|失败|退回|不存在|傳送失敗|無法|실패|존재하지",
)
"""What servers say of a delivery that failed."""

STATEMENT = Phrases(
    r"(?:could ?n[o']t|can ?not|can't) be delivered(?: to\b|[.:\n])",
    r"(?:was not|wasn't|were not|has not been|have not been) delivered(?: to\b|[.\n])",
    r"not a member of this mailing list",
    r"(?:unable|not able|failed) to deliver (?:your |the |this )?(?:e-?mail|message)|did not reach the following",
    r"delivery (?:to the following|to these|has)[^.\n]{0,60}(?:failed|delayed)|addresses? (?:failed|had)\b",
    r"no se (?:ha podido|pudo|puede|han podido|pudieron) entregar|no se ha entregado a\b|no ha podido ser entregad",
    r"n[aã]o (?:foi poss[ií]vel|p[oô]de ser|foi) entreg|n'a pas pu [eê]tre (?:d[eé]livr|remis|distribu)",
    r"konnte nicht zugestellt|non è stato possibile (?:recapitare|consegnare)",
)
"""Whole statements by which a server reports a failure; a person would not open a letter with one."""

PERSONAL = Phrases(
    r"\b(?:hola|buen[oa]s|estimad[oa]s?|señor(?:es|a)?|gracias|quisiera|quiero|necesito|ayuda"
    r"|me (?:sale|llega|aparece|devuel)|mi (?:correo|mensaje)|les escrib|dear|hello|thanks"
    r"|i (?:tried|got|am|have|want|was|sent))\b|[¿]",
)
"""Words of people, which a server's notice does not use before the copy of the letter."""

DELAY = Phrases(
    r"warning message only|do(?:es)? not need to resend|no need to re-?send",
    r"will (?:be|continue to be|keep) (?:re-?tr(?:ied|ying)|trying)|will (?:continue|keep) trying",
    r"still (?:trying|being retried|attempting)",
    r"has (?:not yet been|been) delay|delivery (?:has been|is|was) delay|delayed|delays in deliver",
    r"not yet been delivered|message will be retried|temporar(?:y|ily)[^.\n]{0,40}(?:queued|delay|deferred)",
    r"no action is required on your part|attempts? (?:to deliver )?will continue",
    r"warning: could not send message for past|could not send message for past|will be delivered as soon as",
    r"se (?:seguir[aá]|volver[aá]|continuar[aá]) (?:intentando|a intentar)|se ha retrasado|entrega retrasada",
    r"retraso en la entrega|todav[ií]a no se ha entregado|reintent|no es necesario (?:que )?(?:vuelva|reenv)",
    r"verzögert|a été retardée|in ritardo|atrasad[ao]|foi adiad",
)
"""What servers say of a delivery that they still attempt."""

SERVER_SPEAKS = Phrases(
    r"created automatically|automatically generated|generated automatically|generado autom[aá]ticamente|do not reply"
    r"|this is the (?:mail|qmail|postfix)|mail (?:system|server) at|returned to (?:the )?sender|envelope",
)
"""Words by which a server says what it is."""

GAVE_UP = Phrases(
    r"given up|giving up|i've given|gave up|too long in the queue|retry (?:timeout|time) exceeded",
    r"message expired|has expired|permanent|no further (?:attempts|delivery)|will not be (?:retried"
    r"|delivered)",
    r"cannot be delivered\b|fatal errors|final attempt|deleted from the queue|undeliverable",
)
"""What servers say when they have stopped trying."""

REPLY_CODE = Phrases(
    r"(?<![\d.])(?:[45]\d\d[ \-#(]{1,3}[45]\.\d{1,2}\.\d{1,3}|[45]\.\d{1,2}\.\d{1,3}(?![\d.])"
    r"|[45][0-5]\d[ -][A-Za-z<#\"'(])"
)
"""An SMTP reply or an enhanced status code (RFC 5321, RFC 3463)."""

COPY = Phrases(
    r"^[ \t>|*=_-]*(?:-+\s*(?:below this line is|this is a copy|original message|unsent message|message header"
    r"|returned message|included|undelivered message|forwarded|enclosed)"
    r"|below this line is a copy|original message (?:follows|headers?|below|details|attached)"
    r"|the original message (?:follows|was(?! received)|headers)|mensaje original"
    r"|received: from |return-path: <|message headers? follow|headers? of (?:the )?original message"
    r"|begin(?:ning)? of (?:the )?original|start of (?:the )?(?:original|returned)|encabezados? (?:de"
    r"|del) mensaje original)",
)
"""Where a notice ends and the copy of the returned letter begins."""

SERVER_NAME = Phrases(
    r"mail(?:er)?[- ]?daemon|mail deliver(?:y|) (?:sub)?system|mail delivery|system administrator|postmaster",
    r"mail administrator|mail (?:server|system|gateway|router|transport)",
    r"delivery (?:service|subsystem|system|notification)|administrador del sistema",
    r"sistema de (?:entrega|correo)|interscan|email engine|microsoft (?:outlook|exchange)|internet mail",
)
"""Display names of servers."""

SERVER_ADDRESS = Phrases(
    r"(?:mailer-?daemon|mail-?daemon|mail\.daemon|post_?master|sysadmin|mdaemon|microsoftexchange\w+|ndr|double-bounce|bounces?"
    r"|mail-?delivery\w*|mailsystem|mailerror|dsn|mds)(?:[-+=.\\@].*)?$",
)
"""Local parts of servers' addresses."""
