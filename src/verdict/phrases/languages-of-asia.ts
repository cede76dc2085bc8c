/**
 * Wordings of refusals in the languages of Asia: general words, as receivers there and translated reports have them.
 * In any of these an unread refusal would follow its code; so what speaks of the sender, the mail or the server is here
 * as well as what speaks of the recipient. Rows as language-rows.ts describes them.
 */
import type { PhraseRow } from '../phrases.ts';
import { inLanguages } from './language-rows.ts';

export const LANGUAGES_OF_ASIA: readonly PhraseRow[] = inLanguages({
  Japanese: [
    ['mailboxFull', 'high', 'メールボックス* いっぱい; メールボックス* 容量; 容量オーバー; 容量を超え; 容量が不足'],
    ['messageTooLarge', 'high', 'サイズが大きすぎ; サイズ制限; サイズを超え'],
    ['senderRejected', 'high', '送信者* 拒否; 送信元* 拒否; 差出人* 拒否; 送信者が不明'],
    ['policy', 'high', 'アクセスが拒否; アクセス拒否'],
    ['spamContent', 'high', '迷惑メールと判定; 迷惑メールとして; スパムと判定'],
    ['recipientPreference', 'medium', '受信を拒否'],
    ['serverDown', 'medium', 'しばらくしてから; 時間をおいて; 後ほど; 一時的に'],
    ['systemError', 'medium', '内部エラー; システムエラー; サーバエラー; サーバーエラー'],
    ['userUnknown', 'high', 'メールアドレスが見つかりません; 宛先不明; ユーザ* 存在しません'],
    ['userUnknown', 'high', 'ユーザー* 見つかりません; アドレス* 存在しません; 宛先* 存在しません; 存在しないユーザ'],
    ['userUnknown', 'high', '存在しないアドレス; 受信者* 見つかりません; 不明なユーザ'],
  ],
  Chinese: [
    ['mailboxFull', 'high', '邮箱已满; 邮箱空间不足; 信箱已滿; 邮箱容量; 收件箱已满; 超出配额; 空间不足; 空間不足'],
    ['mailboxFull', 'high', '容量已满; 信箱空間'],
    ['messageTooLarge', 'high', '邮件过大; 邮件太大; 郵件過大; 邮件大小超'],
    ['senderRejected', 'high', '发件人被拒; 发件人不存在; 寄件者被拒; 寄件人被拒; 发件人地址'],
    ['blocklisted', 'medium', 'ip被封; ip地址被'],
    ['policy', 'high', '访问被拒绝; 拒绝访问; 存取被拒'],
    ['spamContent', 'high', '垃圾邮件; 垃圾郵件'],
    ['contentRejected', 'medium', '邮件被拒; 邮件内容'],
    ['rateLimited', 'medium', '频率过高; 发送过于频繁'],
    ['serverDown', 'medium', '请稍后; 請稍後; 暂时无法; 暫時無法; 服务器忙'],
    ['systemError', 'medium', '系统错误; 系統錯誤; 服务器错误; 内部错误'],
    ['userUnknown', 'high', '地址不存在; 用户不存在; 邮箱不存在; 帐号不存在; 账号不存在; 收件人不存在; 用戶不存在'],
    ['userUnknown', 'high', '收件者不存在; 信箱不存在; 無此用戶; 无此用户; 查无此人; 帳號不存在'],
    ['userUnknown', 'medium', '收件人地址无效; 地址无效; 未找到用户; 找不到收件人'],
  ],
  Korean: [
    ['mailboxFull', 'high', '메일함* 가득; 용량 초과; 용량을 초과; 용량이 부족'],
    ['messageTooLarge', 'high', '메일 크기; 크기가 너무'],
    ['senderRejected', 'high', '발신자 거부; 발신자* 차단; 보낸 사람* 차단'],
    ['policy', 'high', '접근이 거부; 액세스가 거부'],
    ['spamContent', 'high', '스팸으로'],
    ['serverDown', 'medium', '나중에 다시; 잠시 후; 일시적'],
    ['systemError', 'medium', '내부 오류; 시스템 오류; 서버 오류'],
    ['userUnknown', 'high', '존재하지 않는 사용자; 수신자를 찾을 수 없; 존재하지 않는 계정; 존재하지 않는 주소'],
    ['userUnknown', 'high', '존재하지 않는 수신자; 사용자를 찾을 수 없; 없는 사용자'],
    ['userUnknown', 'medium', '존재하지 않습니다'],
  ],
  Turkish: [
    ['mailboxFull', 'high', 'posta kutusu dolu; kutusu dolu; kota aşıldı; kotası dolu'],
    ['messageTooLarge', 'high', 'ileti çok büyük; mesaj çok büyük'],
    ['senderRejected', 'high', 'gönderen engellendi; gönderen reddedildi; gönderici reddedildi; bilinmeyen gönderen'],
    ['policy', 'high', 'erişim engellendi; erişim reddedildi'],
    ['serverDown', 'medium', 'daha sonra; geçici olarak'],
    ['systemError', 'medium', 'sunucu hatası; sistem hatası'],
    ['userUnknown', 'high', 'kullanıcı bulunamadı; böyle bir kullanıcı yok; bilinmeyen kullanıcı; alıcı bulunamadı'],
    ['userUnknown', 'high', 'geçersiz alıcı; adres bulunamadı; kullanıcı mevcut değil; kullanıcı yok'],
  ],
  Vietnamese: [
    ['mailboxFull', 'high', 'hộp thư đầy; hộp thư * đầy; vượt quá dung lượng'],
    ['senderRejected', 'high', 'người gửi bị từ chối'],
    ['policy', 'high', 'từ chối truy cập'],
    ['serverDown', 'medium', 'thử lại sau; tạm thời'],
    ['userUnknown', 'high', 'người dùng không tồn tại; địa chỉ không tồn tại; người nhận không tồn tại'],
    ['userUnknown', 'high', 'hộp thư không tồn tại; không tìm thấy người dùng'],
  ],
  Indonesian: [
    ['mailboxFull', 'high', 'kotak surat penuh; kotak masuk penuh; kuota terlampaui'],
    ['senderRejected', 'high', 'pengirim ditolak; pengirim tidak dikenal'],
    ['policy', 'high', 'akses ditolak'],
    ['serverDown', 'medium', 'coba lagi nanti; sementara'],
    ['userUnknown', 'high', 'pengguna tidak ditemukan; pengguna tidak dikenal; penerima tidak ditemukan'],
    ['userUnknown', 'high', 'alamat tidak ditemukan; pengguna tidak ada'],
  ],
  Arabic: [
    ['mailboxFull', 'high', 'البريد ممتلئ; الوارد ممتلئ; تجاوز الحصة'],
    ['senderRejected', 'high', 'المرسل مرفوض; المرسل محظور'],
    ['policy', 'high', 'تم رفض الوصول'],
    ['serverDown', 'medium', 'في وقت لاحق; مؤقت'],
    ['userUnknown', 'high', 'المستخدم غير موجود; العنوان غير موجود; المستلم غير موجود; مستخدم غير معروف'],
  ],
  Hebrew: [
    ['mailboxFull', 'high', 'הדואר מלאה; התיבה מלאה'],
    ['senderRejected', 'high', 'השולח נדחה; השולח חסום'],
    ['policy', 'high', 'הגישה נדחתה'],
    ['serverDown', 'medium', 'מאוחר יותר; זמני'],
    ['userUnknown', 'high', 'משתמש לא קיים; המשתמש לא קיים; כתובת לא קיימת; הנמען לא קיים; משתמש לא מוכר'],
  ],
});
