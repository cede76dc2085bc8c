/**
 * Sentences of reports in the languages they come in: data for the readers of prose. Sources: the mail systems' own
 * templates and translations (Exim, Exim's and Postfix's translated templates, Exchange and Outlook.com, Gmail, Domino,
 * QQ, NetEase, Japanese carriers, Courier, IMail, GroupWise) and reports seen. Decides nothing.
 */

/** Words that a mail could not be delivered. */
const FAILED: readonly string[] = [
  // English
  "(?:could|can) ?n[o']t (?:be )?(?:deliver|sent|send)|not (?:be |been )?deliver(?:ed|able)|undeliver(?:able|ed)",
  'delivery (?:to the following|has failed|failed|failure|problems)|delivery status notification',
  'permanent fatal|fatal delivery errors|did not (?:reach|receive)|return(?:ed|ing) (?:mail|message|to sender)',
  "(?:unable|n[o']t able|failed) to (?:deliver|send)|trouble delivering|error (?:during delivery|sending your mail)",
  'has been returned because|rejected recipient|could not be reached|error-text:|invalid user address',
  '(?:user|host|recipient) unknown|unknown (?:user|host|recipient)|(?:no such|invalid) (?:local )?(?:user|recipient)',
  'no valid recipients|mailbox (?:is )?full|over quota|exceeding (?:its|their|his|her) quota|invalid final delivery',
  'error occurred while (?:trying|attempting) to deliver|transcript of session|failure reasons|not listed in|delivery attempts? (?:have |has )?failed|could not accept',
  // German, Dutch
  'unzustellbar|(?:nicht|konnte) (?:\\S+ ){0,6}(?:zugestellt|übermittelt|ausgeliefert)|zustellung[^.\\n]{0,40}fehlgeschlagen',
  'empfänger[^.\\n]{0,20} nicht erreicht|niet te bezorgen|geadresseerden[^.\\n]{0,20} aangekomen',
  'niet (?:worden )?(?:bezorgd|afgeleverd)|onbestelbaar',
  // French, Spanish, Portuguese, Italian, Romanian
  "non remis|n'a pas p?u|échec de (?:la )?(?:remise|livraison)|non distribu|impossible de (?:remettre|distribuer|joindre le)",
  "n'est pas parvenue? à|no se puede entregar|no llegó a (?:algunos|ninguno|su)|não (?:alcançou|foi possível alcançar)",
  'no (?:se )?(?:ha )?(?:pudo|podido) (?:ser )?entrega|error de entrega|no se entregó|no entregad|correo devuelto',
  'não (?:foi|pôde|pode) (?:\\S+ ){0,4}entreg|não entregue|falha na entrega|mensagem devolvida',
  'impossibile (?:recapitare|consegnare)|mancat[oa] (?:recapito|consegna)|non (?:è stato possibile|recapitat)',
  'nu a putut fi livrat',
  // Nordic languages
  'kan (?:inte|ikke) leveres?|(?:nådde inte|nåede ikke|nådde ikke) (?:fram|frem)?|ei voi(?:da)? toimittaa|ei tavoittanut',
  'kunde inte levereras|ol[ae]ver(?:bart|erbart|eret)|kunne ikke leveres|toimitus epäonnistui|ei voitu toimittaa',
  // Slavic languages, Hungarian, Turkish, Greek
  'не (?:может быть |было? |удалось )?достав(?:лен|ить)|недоставлен|невозможно доставить|ошибка доставки',
  'nie (?:można|mogła?|został[ao]?|udało się) (?:\\S+ ){0,3}dostarcz|niedostarczon|nelze doručit|nedoručiteln|nebyl[ao]? doručen',
  'nem kézbesíthető|kézbesítés sikertelen|teslim edilemedi|iletilemedi|δεν (?:ήταν δυνατή|παραδόθηκε)',
  // Chinese, Japanese, Korean, Vietnamese, Thai
  '退信|无法(?:将邮件)?(?:传递|投递|送达|发送)|未传递|無法(?:將郵件)?(?:傳遞|傳送|投遞|送達)|投递失败|投遞失敗|发送失败|發送失敗|未能(?:送达|投递|送達|投遞)',
  '(?:配信|送信|配達|送達|お届け)(?:することが)?(?:でき|され)(?:ません|ない|なかった)|配信不能|未配信|エラー|受信を拒否|宛先不明',
  '(?:配信|送信|配達|送達|配送)に失敗',
  '(?:배달|전송|전달|발송)(?:되지|할 수 없|에 실패|이 실패| 실패)|반송|수신자를 찾을 수 없',
  'không thể (?:gửi|chuyển)|ส่งไม่สำเร็จ',
];

/** Words that it is still being tried; action-of-text.ts has more of them in English. */
const DELAYED: readonly string[] = [
  'not yet been delivered|(?:delivery|message) (?:has been |is )?delayed|will be retried',
  'verzögert|wird weiter(?:hin)? versucht|noch nicht zugestellt|vertraagd',
  'retard(?:é|ée)|nouvelles? tentatives?|retrasad|seguirá intentando|se seguirá intentando|atrasad|continuará tentando',
  'ritardat|verrà ritentat|försenad|forsinket|viivästy',
  'задержан|отложен|попытки доставки будут|opóźnion|zpožděn|gecik',
  '延迟|延遲|稍后(?:将)?重试|遅延|再送を試み|再試行|지연|다시 시도',
];

export const FAILURE_SENTENCE = new RegExp(FAILED.join('|'), 'i');
export const DELAY_SENTENCE = new RegExp(DELAYED.join('|'), 'i');
