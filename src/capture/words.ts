/**
 * Words that mail systems use, in the languages that their reports come in, and the words of header fields, protocols
 * and HTML: public, whoever writes them. Whatever else stands in a mail is replaced when it is captured. Data only.
 */

const words = (text: string): readonly string[] => text.split(/\s+/).filter(word => word !== '');

/** In lower case. The wordings of refusals have more (verdict/phrases). */
export const MAIL_WORDS: readonly string[] = words(`
7bit 8bit aacute aan abbr aber abgelehnt about above absence absender abuse abwesend abwesenheit accept access
accessdenied according account accounts acct accuracy acirc acronym act action active acts actual add added
additional addr address addressed addressee addresses adds admin administration administrator administratoren
administrators adr adres adresa adress adresse adressen adresses adresu aead aes aest affected afgeleverd afraid
afresh afsender after afzender again against agent agents agrave ahead alamat alarms alert alerts alias align alink
aliyun allows alone also alt alternative although alumni always amavis amavisd amazon amazonaws amazonses among amp
anew angenommen announce another ansi answer answered anti antispam antispamprewcheck antivirus antwort anybody
anymore anyone anything anyway anywhere aol apart apcprd apos app apparently apple appledouble applemail applet
application applications apply appropriate approved apr april apt arc archive archived arcor area argosoft aria
arrival arrive arrived article aruba asap ascii asia aside ask asked asks assistance associated assunto asunto
asuntos atilde atmail atrasad att attach attached attachment attachments attacker attempt attempted attempting
attempts attention attribute attributedmessage attributes auch audio audited auf aug august auml aus ausgeliefert
ausprd auth authenticated authentication authorities authorized auto autoconfig automated automatic automatica
automatically automatique automatisch autoreply autosubmitted available avec avez avoid await aware away aws axigen
back backfill background backup bad badrcptdomain barracuda bart base base64 based basefont bash batch batches bcc
became because become becomes bedankt been before begin beginning behind bei being believe bellsouth below bench
benutzer bericht berichten beside besides besked beskeden bestguesspass betreff better between beyond bezorgd
bezorgen bezorging bgcolor bidi big big5 bigfoot biglobe bin binary biocat bis bit bits bitte biz blackhole
blacklist blacklisted blank blanks block blocked blocking blocklisted blockquote bmbounce bmp bodies body bonjour
boolean boots border bottom bounce bounced bounces bouncing boundary box breaker breaks brought browser brt bruger
bst bucket bug build built bulk bulkmail bull bureau buries business busy but button bytes caixa calendar callback
callbacks called calls came camellia campaign campaignid campaigns cancel candidate candidates cannot canprd canvas
caption capture cared carries case casella cases cat categorizer caught cause caused causes cbc ccedil cdt
cellpadding cellspacing center central centrum cert certain certificate ces cest cet cette chacha chance change
changed changes charset charter check checked checking cheia choice choose chunk chunkcount chyba cid cip cipher
circumstances cisco ciscoironport cite claim claimed clamav class classify clause clean cleanup clear clearswift
clevertap cli click client clientproxiedby clock close closed closing cloud cluster cluster01 clx code codes col
cold colgroup collected color colour colspan column columns com combination comcast come comes command comment
commented comments commit committed common communication communications communigate company compared compares
compatible compiler complain complaint complaints complete completed completes completion completions computer
computers con conclude condition conditions config configuration configured confirm confirmation confirmed connect
connected connecting connection connectionrefused consegna consegnare consider console const consult cont contact
contacted contacting contain contained container containing contains content contenteditable contents continue
continues contract control controls copied copies copy cordialement coremail corp correct corrected correctly
correlation correo corrupt corrupted cost costs cota could couldn counted country counts courier courrier covers cox
cp1250 cp1251 cp1252 cp932 cp936 cp949 crash create created criteria cross crosspremises crosstenant css cst csv
cuota cure curl current currently cursor custom customer customers cut cyrus daemon daily damaged danke dans dapat
dara darn das dashboard dass dat date dates datetime dauerhaft daum day dead dear deb debian debug dec december
decide decided decides decision decisions dedi dedicated deduplicate deepmail default define defined deg degli dei
del delay delayed delays delegated delegation delete deleted deliver deliverability deliverable delivered
deliveredto deliveries delivering delivery delivre della delle dello delsp demo den deny der des desconhecido
desconocido describe described description designate designates desired destinataire destinataires destinatari
destinatario destinatarios destinatarul destination destinations det detail details detected determine determined
dev device devices devolvida devuelto dfn dhcp dhe diagnoseinformationen diagnostic dialect did didn die diese
diesem diesen dieser dieses diff different difficulties digest din dir direcciones direct direction directions
directly directory disable disabled discard discarded disconnected display disposition distribue distribution ditt
div dkim dmarc dmz dns dnsdomaindoesnotexist doc docomo docs doctype docx does doesn dolu domain domaine domainkey
domainkeys domains domein domena dominio domino don done door dos dostarcz dostarczenia dostarczona double doubled
doubles doubling doubt dovecot download downloaded dpkg dragonfly driver dropbox dry dsl dsn dsncontext dspam dtd
due during dyn dynamic each eacute eai earlier easily east ecdhe ecdsa ecirc edge edge1 edilemedi edit editable edt
een eest eet egrave ein eine einem einen einer eines eingegebene either elettronica eloqua else elsewhere email
emailaddress emails embed eml empty enable enabled encapsulated encode encoded encoding encodings encountered
encrypted encryption end ended endless ends enforce enid enough ensure enter entered entreg entrega entregad
entregado entregar entregue envelope enviada enviado enviar environment envoyer eop eopattributedmessage
eoptenantattributedmessage epoch equally equipment equiv erbart eret erneut eroare erreur error errore errors
erstellt escapes esmtp esmtpa esmtps esmtpsa esp especially essayer essential est esta estas este estos etc etre euc
eucjp euckr eudora euml euro eurprd even evening event events eventually ever every everything evidence exactly
exacttarget example examples excedida excedido exceed exceeded exceeding exceeds exception exceptionclass excessive
exch exchange exchangelabs exec execution exim exim4 eximdsn exist existe existiert existing exists exit expand
expanded expected expire expired expiry explain explanation export extended extension extensions external extracted
eyou ezmlm ezweb face facebook fail failed failing fails failure failures falha fall fallida fallo false far fared
fares fastmail fatal fate fault faults feature features feb february feedback feedbackid feel fehler fehlgeschlagen
feil fel fence fetched few field fields fieldset fifteen figcaption figure figures file filename files filter
filtered filtering filters final finding finds finished firewall first fish fit fits five fix fixed fixture fixtures
flag flags flight flood flow flowed focus foi folder folders folgende folgenden folgender follow followed following
follows font footer force forcepoint forefront forged forges forgotten form format formatted forsinket fortimail
fortinet forward forwarded forwarding found fout fpstyle frame frameset free freenet freundlichen fri friday from
fromentityheader fromname ftp fue fuera full fully function further gagal gate gateway gave gb18030 gb2312 gb23121
gbk gbrprd gcm gebruiker gecik gefunden gelesen general generated generating generator generierender generiert
genuine gesendet gets gibt gif give given gives giving gli global gmail gmmessagestate gmt gmx gnd goes going gone
good google googledkim gracias grammar grazie grey greylist greylisted greylisting group groupmembership groups
groupwise grund gruppen gsmtp guarantee gzip half han hand handed hands hang hangs hanmail happened hard hardfail
hards has hata have haven head header headers heard height held hellip hello helo help helpdesk helps her here
hereby het hetzner hiba hidden hidefocus him himself his history hkt hmailserver hola hold holder holds hopcount
hopcountexceeded hops horde host hosted hostile hostmaster hosts hotline hotmail hour hours how however href htm
html http https hub hubspot huge human hundreds hybrid iacute icewarp ich icirc icloud icon ics identification
identified identifier identify identity idle ids iframe ignore ignored ihnen ihr ihre ihren ihrer ikke ileti
iletilemedi image images imagetype imail imap imapd img immediate immediately implicit import importance important
impossibile impossible improve inbound inboundbounce include included includes including incoming incomplete inconnu
inconnue incorrect incorrectly index indicate indicated indicates indirizzi indirizzo individual indprd inet inform
information informational informed inline inlineimagemanipulating inproxy input inputs ins inside install
installation installed instance instances instead instructions insufficient int inte intended intentando intentar
intente interface interia intern internal internalorgsender international internet interscan into intranet
introuvable invalid inviare inviato invitation invoked involved ionos ipl iplanet ipv ironport iso iso2022jp iso8859
isode issue issued issuer issues ist itemprop itemscope itemtype its itself iuml james jan january javamail
javascript jis jobid jobs journal journalctl jpeg jpg jpnprd json jst jul july jun june junk just justify kann kbd
kddi keep keeps kein keine keinen keiner kept kerio key keys keywords kill kills kin kind know known knows koi koi8r
koi8u konnte konnten ksc5601 kst kunde kundenserver kunne kutusu label labelled labels lacks ladder lag lamprd lan
lang language laposte laquo large larger las last late latency later latin lay ldquo lead lease least leave leaves
left legend legitimate length les less let lets letter level leverans levereras leveres levering lib libero
libraries library lies like likely limit limited limits line linear lines link linked linkedin linkindex links list
listed listen listens listing lists little live lives livraison livrat llena lleno lmtp lng loads local localdomain
localhost locally located location lock locked log logged login logs longer look looking looks lookup loop loopback
loose los loses loss lotus low lpn lsmtp lsquo ltr mac machine machines made mail mailbox mailboxes mailboxtype
mailboxunavailable mailchimp maildir maildrop mailed mailenable mailer mailers mailfoundry mailfrom mailgate mailgun
mailgw mailhost mailhub mailin mailinator mailing mailjet mailman mailmarshal mailout mailrelay mailru mails
mailscanner mailserver mailsite mailto main maintain maintained maintenance make makes malformed malicious manage
managed manager mancat mandrill manual manuals many map mapi mapiexceptionnotauthorized
mapiexceptionshutoffquotaexceeded mar march mark marked marketo markjs masked master match matches matching matter
max maximum may mbx mcafee md5 mda mdaemon mdash mdn mdt mean meaning means meantime meanwhile measured mechanism
med meddelande meddelandet media mehr member members memory mend mended mends mensagem mensagens mensaje mensajes
mentioned merak merci mercury mesaj mesajul message messagedata messageid messagelabs messagename messages messaggi
messaggio messaging met meta method metrics mfg mfilter mgw microsoft microsoftantispam mid middle middot million
mime mimecast mimeole mimesweeper mimetrack min mind mislukt miss misses missing misspelled mistake mistakes
mistyped misuse mit mittente mixed mmdf mms mmsc mnet mobile mode moderate moderated moderation moderator modtager
module moment mon monday monitored months more most mottagare mottagaren mottaker mottakeren mout move moved moves
mozilla mpeg ms932 msa msexch msgid msip msk msmail msn mst msword mta mtain mtaout mtas mua much multiline
multipart multiple must mxa mxb mxin mxs naar nach nachricht nachrichten nachrichtenzustellung nadawca name named
names nameserver namespace namprd nao nav naver nbsp ndash ndr nebyl needs neither nelze nem nested netease netqmail
network networkmessageid networks neutral never new newer news newsgroups newsletter next nicht nie niedostarczon
niet nieznany nifty nobody noch nochange nodata node noerror noframes non none nonexistentdomain nor noreply normal
normally north nosuchuser not notallowed notauthorized notdelivered note noted notes nothing notice notices
notification notifications notificationtype notified notifier notify notre nous nouveau nouvelles nov novamente
november now npm nspm ntilde nuevo number numbers nur nutzer nxdomain oacute oauth object objet obtain occur
occurred occurs och ocirc ocn ocsi oct octet october odbiorca odbiorcy oder off offered offers office office365
oficina ofr often oggetto okay old older oldest onbekend onbestelbaar once onderwerp ones onet online onload only
onpremise onto ontvanger ontvangers open opened openmail openpgp opens opensmtpd operation operator opnieuw optgroup
option optional options oracle orange order ordinary organisation organization organizationheaderspreserved orig
origin original originalarrivaltime originalclientip originally originals originalserveripaddress originalsrc
originalsrcset originated originating originator originatororg orthographe osoite other others otherwise otilde ouml
our ours out outage outbound outbounddelivery outbox outboxes outcome outcomes outgoing outlook outlookgroups over
overlap overlooked overquotainactive overquotaperm overquotatemp override overrides own owner owns package page
pandoc par para param part partial partially particular parts party pas pass passcode passed passerelle passing
password paste path pattern patterns pause pcl pdf pdt peer pegasus pending penerima people perform performed
perhaps period perm permanent permanently permerror permission permissions permit permitted person personal pesan
pgp phone photostructure phrase phrases physical piena pipe pkcs place places plain plala please pleine pmdf pmta
png pode podido point policies policy poly pool pop pop3 por port portion possibile possible possibly post posta
postage postal posted postfach postfachs postfix postmark postmaster posts postvak potential potentially pour
powermta ppt pptx pre precedence preceding precision precondition prefer preference present previous price primary
principal print printable printed prints prior priority private probable probably probleem problem problema problems
procedure proceed process processed processedbybccfoldering processing procmail prod product production program
programs prohibited proof proofpoint properly property prose protect protected protection protocol protonmail prove
proven provenance proves provide provided provider providers proxy prvs pst ptr public publictraffictype pudo pulse
pure purge purged purpose push put puts putut qid qmail qmailer quarantine quarantined quarter que query question
questions queue queued queueexpired qui quick quit quot quota quotaexceeded quote quoted quotes rambler random range
raquo rate rather ratio raw rc4 rcpt rcpts rcv rdquo reach reached reaches read readable reader readers reading
readings readonly reads real realtime reason reasons recapitare recapitat recapitato recapito receipt receipts
receive received receivedfrom receiver receivers receives receiving receivingrate recent recently recipient
recipientnotfound recipients recipnotfound recognise recognised recognize recognized recommend recommended record
recorded recording records recover redirect redirected refer reference referenced references refresh refusal
refusals refuse refused refusing reg regard regarding regards region registered registry reject rejected rejecting
rejection rejectmessage rejects rel related relates relating relaxed relay relayed relaying relays release released
relevant reload remain remains remetente remis remise remitente remote removal remove removed renewed reopen repeat
repeated repeatedly replace replay replied replies reply replyto report reported reporter reporting reports
reputation request requested requests require required requirement requirements requires res resend resending resent
reserved resets resolution resolve resolved resolver resource resources respond responded responding response
responses responsible resposta respuesta rest restart restarted restarts restore restricted restriction restrictions
rests resubscribe resubscribed resubscribes result resulting results resultsfrom resume retard retention retrasad
retried retries retry retrying return returned returning returns rev reverse review rewrite rewritten rfc right
riprovare risposta ritardat ritentat river road roads rogers role root roundcube route routed router routes routing
row rows rowspan rsa rspamd rsquo rst rtf rtl ruby rule rules run running runs runtime safe saferedirectreason
saferedirecturl said sales salesforce saludos same samp sample sandbox sans sasl sat saturday save saved saves say
says sbcglobal scan scanned scanner schedule scheduled schema scl sconosciuto scope score script scripted scripts
seal search second secret secrets section secure secured security seed seen sees seguente seguenti seguinte
seguintes select selected selector self sem send sendasdenied senden sender senders sendgrid sending sendmail sends
sent sentence sep separate sept september sequence ser serialize server servers serveur servfail service services
servidor serwer ses session set setdir sets settled seven several seznam sfp sfr sfs sfv sgt sha sha256 shape share
shared shash shatwofivesix shaw shell shift shift_jis shiftjis shipped shm shop short should show shown shows sich
side sido sie sieve sign signature signed signs siguiente siguientes sikertelen silent simple simply sin sina since
sind single site size sjis skrzynka slice slow smail small smime smtp smtpin smtpinsendas smtpout smtps smtpsend
smtpserv smtpsource smtpsvc sns soak soft softbank softfail softly software sohu som some somebody someone something
sometimes soon sophos sorbs sorry sought source sources south space spaces spam spamassassin spamcop spamd
spamdetected spamhaus span sparkpost sparkpostmail speak speaks special specific specified speicher speicherplatz
spellcheck spelled spelling spf spoke sprintf sqlite squirrelmail src srcset srv srvr ssh ssl ssl3 sslv stand
standard stands start started starts stata state statement states static station stations statistics stato status
stay stays step steps still stop stopped stops storage store stored storedrv stranger strato stream strict string
strong strongly structure style sub subject submission submit submitted submitter subscribe subscribed subscriber
subscription subsystem successful successfully such sudo sufficient suggest suggested suivant suivante suivantes
suivants summary sun sunday sunucu sup supplied support supported supports suppress sur surfcontrol surgemail sus
suspended suspicious suspiciousremoteservererror svg symantec synchronous syntactically syntax sysadmin system
systemctl systemd systems szerver szlig tabindex table tables take takes taking target task tbody tcp team teams
technical telekom tell telling tells temperror temporarily temporary ten tenant tenantattribution tencent tentando
tentatives tente terkirim terminal terminated terms teslim test testing tests text textarea texts tfoot thank thanks
that the thead their theirs them themselves then there therefore these they thick thing things think this those
though thousand thousands thread threat three through throw thu thunderbird thursday thus ticket tidak tidy tif tiff
till time timed timedout timeout times timestamp tis620 tiscali title tls tls1_2 tls1_3 tlsrpt tlsv tlsv1 tnef today
together toimittaa toimitus token tokens told toml too took top topic topmost total touch touched trace track trade
trafficdiagnostic traffictypediagnostic trailing transaction transactions transcript transfer transferred transient
transitional transmission transmit transmitted transport transportendtoendlatency transportrules travels trend
trendmicro tried tries trouble troubleshoot true truly truncated trust trusted trustwave try trying tue tuesday
turned turns tutanota twice twitter two txt type types typing typo typos uacute ucirc uid uidl uids uit ukendt uma
una unable unacceptable unauthorized unavailable unbekannt unbekannter unclear und undeliverable undelivered under
understand understood undisclosed undo undone une unexpected unfortunately unicode unique unit units unknown
unknownreplyto unless unlikely unlisted unnecessary uno unreachable unread unreadable unrecognised unrecognized
unresolvable unroutable unseen unsent unsolicited unspecified unsubscribe unsubscribed unsubscribes unsuccessful
unter until untrusted unzustellbar unzustellbare update updated updates upgrade upon urgent urgently urlaub ursache
usage use used useful user username users uses using usr usual usually usuario utc utente utf utf16be utf16le
utilisateur uuml valid valign value values van var variable various vastaanottaja vcard vcf vendor verdict verdicts
verification verified verify verizon version versuchen versucht verteiler vertraagd very verzenden verzonden via
video viesti view viewport violates violation vipre viral virgilio virtual virus viruses visible visit vlink vmta
voitu vol volgende voll vom von voor vos votre vous vps wait waited waiting waits wal wanadoo war warm warn warning
warnings wartung was wasn watch watchdog watches wav way ways wbr web webde webmail webmaster websense website wed
wednesday week weekend weeks weigh weil weiter weitergeleitet weitergeleitete well wenden wenn werden were west what
whatever when where whether which while whitelist whitelisted who whoever whole whom whose why wide width will
window windows windows1251 windows1252 winmail wins wir wird wish with withdraw within without won word worden
wording wordings words work workgroup working works worst would write writer writes written wrong wrongly wrote wss
wurde wurden www wzrk xfailed xgm xhtml xls xlsx xmail xmailer xml xmlns xmozilla xoriginalarrivaltime
xoriginatingip xpriority xref xuid xuidl yahoo yandex year years yes yesterday yet you your yours yourself zero
zimbra zip zmail zoho zone zugestellt zum zur zustellen zustellung
adresát alıcı användare automática avsändare boîte buzón büro błąd chuyển continuará címzett destinatário
destinatários dirección distribué domäne domínio doručen doručit dostarczyć délai dépassé electrónico empfänger
empfängern empfängers endereço endereços entregó envoyé epäonnistui está expéditeur från för försenad für grüße
grüßen gönderilemedi gửi không kullanıcı kézbesíthető kézbesítés können mogła można nachrichtenköpfe nedoručena
nedoručiteln nedoručitelná není neznámý người nhận não odbiorcę odesílatel okänd opóźnion pełna postlåda pôde
příjemce qué retardé réessayer réponse schránka seguirá thư thể ursprüngliche ursprünglichen usuário użytkownik
uživatel verrà verzögert verzögerung viivästy você vorübergehend vérifier wiadomości wiadomość został została
zostało zpožděn zpráva zprávu zurück zurückgewiesen échec électronique été être über übermittelt überprüfen
überschritten üzenet
ήταν από για δεν διακομιστής διεύθυνση δυνατή είναι και μήνυμά μήνυμα παράδοση παραδόθηκε παραλήπτη παραλήπτης σας
στη στο στον σφάλμα της του των автоматически адрес адреса адресат адресата адресатам адресов адресу будут был была
были было быть вам ваш ваше вашего ваши возврат временно вынуждены для домен достав доставить доставка доставки
доставлен доставлено его задержан задержано или как квота корректность может найден найдена наш невозможно него
недоставлен недоставленное недоставлено неизвестен неизвестный нескольким ниже нужно одному она отвечайте отвечать
отложен отложено отправитель отправителя отправить отправлено ошибка ошибки переполнен письма письмо пожалуйста
позже получателей получатель получателю получателя получателям пользователь пользователя попробуйте попытки
постоянная почта почтового почтовый почтовым почты превышена при причина причины проверить рекомендуем сервер
сервера сервере сервером создано сообщение сообщению сообщения сообщить существует тема том удалось указания указаны
что это ящик ящика สำเร アカウント アドレス エラー エラーメール オーバー コード サイズ サポート サーバ サーバー システム スパム タイムアウト デリバリー デリバリーエラー データ ドメイン
ネットワーク フィルタ フィルター ヘルプ ホスト ボックス メッセージ メール メールアドレス メールサーバー メールデリバリーエラー メールボックス ユーザ ユーザー リモート リンク
`);

/** Characters of Chinese, Japanese and Korean reports: these languages write no spaces between words. */
export const MAIL_SIGNS: ReadonlySet<string> = new Set(`
上下不与中主人以们件休你使信們傳先內内再写出列利到制功务动動務原及发受可名后否告员和員問器回因在地址域報复大失存宛容
寄寫对将對小届差已常延張後応性息您態成我或戶户戻投拒拡拼接收敗文方无日时明是暇曜月服期未本来果查检檢次決法满滿無状理
用由登發的看知确確稍答管箱系細結絕絡給統繫给络绝统网者联聯能自與英行被見解訊詢試詳認誤請认试误请資败超达过返连迟退送
递通連週遅過達遞遲邮郵配重量錯録错間问间附降限題题가게계과낸는니다달도되람량로류를메반받발배버보사서소속송수습시신실
않았없에연오용원으은을의이인일입자전정주지찾초패할확
`);
