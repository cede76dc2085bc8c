/**
 * What an unread refusal may speak of beside the recipient, in other languages: beginnings of general words, from
 * dictionaries. Takes a lower-case text without names, answers yes or no. Knows no grammar: it only keeps a refusal
 * that nobody here can read from unsubscribing somebody when it says "full", "sender" or "later" in its own words.
 */

/** The sender; Latin, Greek and Cyrillic words stand at the beginning of a word. */
const SENDER =
  'absender|exp[ée]di[tț][eo]u?r|[ée]metteur|mittente|remitente|remetente|afzender|nadawc|odes[ií]latel|odosielateľ|' +
  'отправител|відправник|подател|pošilj?atel|siuntėj|gönder|avs[äe]nd|afsend|lähettäj|feladó|αποστολ|người gửi|pengirim';
const SENDER_ANYWHERE = '送信元|差出人|发件|發件|寄件|발신|보낸|المرسل|فرستنده|השולח|प्रेषक|ผู้ส่ง';
/** Beginnings of words, by what else they speak of. */
const BEGINNINGS: readonly string[] = [
  SENDER,
  // The mail, what is in it, how large it is.
  'nachricht|messag|mensaje|mensagem|bericht|wiadomo|zpráv|сообщени|письм|повідомлен|mesaj|ileti|meddeland|besked',
  'melding|viesti|üzenet|μήνυμα|pesan|anhang|pièce jointe|allegat|adjunt|anexo|bijlage|załącznik|přílo|вложен',
  'bilag|mellékle|inhalt|contenu|contenid|conteúd|inhoud|treść|obsah|содержи|virus|спам|größe|taille|dimension',
  'tamaño|tamanho|rozmiar',
  // Too much of something, no room.
  'zu (?:viel|gro)|trop|demasiad|exce[ds]|te (?:veel|groot)|zbyt|za duż|příliš|слишком|превыш|перевищ|çok|aşıl',
  'för (?:m|s)|for (?:mange|stor)|liian|túl|quá|terlalu|grenze|límite|лимит|voll(?!st)|überf|speicher|kontingent',
  'quot|plein|espace|pien[ao]|spazio|llen[ao]|cuota|espacio|chei[ao]|cota|espaço|vol(?!\\p{L})|ruimte|pełn',
  'przepełn|pojemno|miejsc|pln[áýé]|přeplněn|kvót|полон|переполн|заполн|квот|dolu|kota|full(?!\\p{L})|fuld|täynnä',
  'megtelt|betelt|πλήρ|γεμάτ|đầy|penuh',
  // Not allowed, shut out, for now.
  'gesperrt|sperr|blockier|verweiger|verbot|erlaub|zugelassen|berechtigt|richtlinie|zugriff|interdit|autori[sz]',
  'bloqu|acc[èe]s|liste noire|politique|negat|consentit|permess|blocc|lista ne|denegad|permitid|pol[íi]tica',
  'acesso|toegang|toegestaan|geblok|beleid|odmow|zabloko|zabron|dostęp|odepřen|blokov|zakáz|přístup|запрещ|заблок',
  'доступ|черн|заборон|reddedil|engellen|izin|erişim|nekad|blocker|åtkomst|tillåt|adgang|tilgang|pääsy|letilt',
  'megtagad|suspen[ds]|sospes|opgeschort|zawiesz|приостанов|askıya|vorüber|später|tempor|tardi?(?!\\p{L})|tarde',
  'tijdelijk|tymczas|później|dočasn|později|временн|позже|тимчасов|пізніше|geçici|sonra|tillfällig|senare',
  'midlertidig|senere|väliaik|myöhemm|átmenet|később|προσωριν|αργότερα|tạm',
  // A server or a connection in trouble.
  'serv(?:eur|idor|izi)|serwer|сервер|sunucu|palvelin|dienst|verbindung|anslutning|connexion|connessi|conex',
  'połącz|spojení|соедин|bağlant|yhtey|kapcsolat|fehler|störung|erreu?r|erro(?!\\p{L})|błąd|chyb|ошибк|помилк',
  'hata(?!\\p{L})|fejl|feil|virhe|hiba|σφάλμα|lỗi|kesalahan|intern[aeo]?(?!\\p{L})|occup|ocupad|besetzt',
  'indisponib',
];
/** In scripts that part no words. */
const ANYWHERE =
  `${SENDER_ANYWHERE}|送信|発信|メッセージ|邮件(?!地址)|郵件(?!地址)|메시지|添付|附件|첨부|スパム|迷惑|垃圾|스팸|内容|內容|` +
  'いっぱい|一杯|満杯|容量|已满|已滿|空间|空間|配额|가득|꽉|용량|多すぎ|大きすぎ|超|过多|過多|过大|過大|너무|초과|サイズ|크기|' +
  '拒否|ブロック|アクセス|許可|拒绝|拒絕|封|黑名|权限|權限|策略|거부|차단|권한|一時|しばらく|停|暂|暫|稍后|稍後|일시|나중|잠시|' +
  '接続|サーバ|システム|エラー|连接|連線|系统|系統|服务器|伺服器|错误|錯誤|서버|시스템|오류|연결';
/** Only for now: what is shut so opens again. */
const FOR_NOW =
  /(?<!\p{L})(?:vorüber|tempor|momentan|tijdelijk|tymczas|chwilow|dočasn|временн|тимчасов|geçici|tillfällig|midlertidig|väliaik|átmenet|προσωριν|tạm|sementara)|一時|暂|暫|일시/u;
const OF_SENDER = new RegExp(`(?<!\\p{L})(?:${SENDER})|${SENDER_ANYWHERE}`, 'u');
const ANOTHER_SUBJECT = new RegExp(`(?<!\\p{L})(?:${BEGINNINGS.join('|')})|${ANYWHERE}`, 'u');

/** True when a word in another language may speak of the sender, the mail, an amount, a rule or a server. */
export function maySpeakOfAnotherAbroad(said: string): boolean {
  return ANOTHER_SUBJECT.test(said);
}

/** True when a word in another language names the sender. */
export function namesSenderAbroad(said: string): boolean {
  return OF_SENDER.test(said);
}

/** True when it says, in any language but English, that something is so for a time. */
export function isForNowAbroad(said: string): boolean {
  return FOR_NOW.test(said);
}
