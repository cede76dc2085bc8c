/**
 * Wordings that somebody is gone for good: has left, was deleted, in the languages they come in. General words, as
 * people write them into the refusals of their own servers; whoever is only away or blocked for now is not meant. Rows
 * as language-rows.ts describes them.
 */
import type { PhraseRow } from '../phrases.ts';
import { inLanguages } from './language-rows.ts';

export const GONE_FOR_GOOD: readonly PhraseRow[] = inLanguages({
  English: [
    ['userDisabled', 'high', 'no longer works for; no longer works at; no longer works here; no longer works with'],
    ['userDisabled', 'high', 'no longer work here; not work here any; no longer employed; no longer an employee'],
    ['userDisabled', 'high', 'no longer with us; no longer with the company; no longer with our'],
    [
      'userDisabled',
      'high',
      'left the company; left our company; left the organi; left our organi; left the university',
    ],
    ['userDisabled', 'high', 'former employee; ex-employee; send-only address; closed for good; closed permanently'],
    ['userDisabled', 'high', 'permanently closed; permanently deleted; permanently disabled; permanently removed'],
  ],
  German: [
    ['userDisabled', 'high', 'nicht mehr im unternehmen; nicht mehr bei uns; nicht mehr im hause; nicht mehr für uns'],
    ['userDisabled', 'high', 'nicht mehr für unser; unternehmen verlassen; firma verlassen; nicht mehr beschäftigt'],
    ['userDisabled', 'high', 'konto * gelöscht; postfach * gelöscht; postfach * aufgelöst; dauerhaft geschlossen'],
  ],
  French: [
    ['userDisabled', 'high', "a quitté l'entreprise; a quitté la société; a quitté notre; ne travaille plus"],
    ['userDisabled', 'high', 'compte résilié; compte clôturé; compte supprimé; clôturé définitivement'],
    ['userDisabled', 'high', 'définitivement fermé; boîte * supprimée; adresse supprimée'],
  ],
  Italian: [
    ['userDisabled', 'high', "non lavora più; non lavora piu; ha lasciato l'azienda; casella * eliminata"],
    ['userDisabled', 'high', 'account eliminato; utente eliminato'],
  ],
  Spanish: [
    ['userDisabled', 'high', 'ya no trabaja; dejó la empresa; cuenta eliminada; cuenta * eliminada; buzón eliminado'],
    ['userDisabled', 'high', 'cuenta cancelada'],
  ],
  Portuguese: [
    ['userDisabled', 'high', 'não trabalha mais; já não trabalha; deixou a empresa; conta eliminada; conta excluída'],
    ['userDisabled', 'high', 'conta encerrada'],
    ['userUnknown', 'medium', 'utilizador * não existe; usuário * não existe'],
  ],
  Dutch: [
    ['userDisabled', 'high', 'werkt niet meer; niet meer werkzaam; uit dienst; account is verwijderd'],
    ['userDisabled', 'high', 'postvak is verwijderd; mailbox is verwijderd; definitief gesloten'],
  ],
  Polish: [
    ['userDisabled', 'high', 'już u nas nie pracuje; już nie pracuje; nie pracuje już; konto * usunięte'],
    ['userDisabled', 'high', 'konto usunięte; skrzynka * usunięta'],
  ],
  'Czech and Slovak': [
    ['userDisabled', 'high', 'již nepracuje; už nepracuje; již u nás nepracuje; už u nás nepracuje'],
    ['userDisabled', 'high', 'schránka * zrušen; účet * zrušen'],
  ],
  Hungarian: [['userDisabled', 'high', 'már nem dolgozik; postafiók * törölve; postafiók * megszűnt; fiók * törölve']],
  Romanian: [['userDisabled', 'high', 'nu mai lucrează; nu mai lucreaza; contul * șters']],
  Greek: [['userDisabled', 'high', 'δεν εργάζεται πλέον; δεν εργάζεται πια; έχει αποχωρήσει']],
  Turkish: [
    ['userDisabled', 'high', 'artık çalışm; işten ayrıl; kurumumuzdan ayrıl; şirketimizden ayrıl'],
    ['userDisabled', 'high', 'kalıcı olarak silin; kalici olarak silin; kalıcı olarak kapat'],
  ],
  Russian: [
    ['userDisabled', 'high', 'больше не работает; уволился; уволилась; уволен; ящик * удален; ящик * удалён'],
    ['userDisabled', 'high', 'учетная запись удалена; учётная запись удалена'],
  ],
  Ukrainian: [['userDisabled', 'high', 'більше не працює; звільнився; звільнилася; скриньку * видалено']],
  Bulgarian: [['userDisabled', 'high', 'вече не работи']],
  'Serbian and Croatian': [
    ['userDisabled', 'high', 'više ne radi; више не ради; račun * ugašen; nalog je ugašen; налог је угашен'],
    ['userDisabled', 'high', 'račun ugašen'],
  ],
  Lithuanian: [['userDisabled', 'high', 'nebedirba']],
  Swedish: [['userDisabled', 'high', 'har slutat; inte längre anställd; arbetar inte längre; kontot är borttaget']],
  'Danish and Norwegian': [
    ['userDisabled', 'high', 'har sluttet; er fratrådt; ikke længere ansat; ikke lenger ansatt; jobber ikke lenger'],
    ['userDisabled', 'high', 'arbejder ikke længere; kontoen er slettet'],
  ],
  Finnish: [['userDisabled', 'high', 'ei enää työskentele; ei työskentele enää; tili on poistettu']],
  Vietnamese: [['userDisabled', 'high', 'đã nghỉ việc; hộp thư đã bị xóa']],
  Indonesian: [['userDisabled', 'high', 'sudah tidak bekerja; tidak lagi bekerja']],
  Thai: [['userDisabled', 'high', 'ลาออก']],
  Japanese: [['userDisabled', 'high', '退職; 解約済; アカウントは削除; メールボックスは削除']],
  Chinese: [['userDisabled', 'high', '已离职; 已離職; 已注销; 账号已删除; 帐号已删除; 邮箱已删除']],
  Korean: [['userDisabled', 'high', '퇴사; 퇴직; 삭제된 계정; 계정이 삭제']],
  Arabic: [['userDisabled', 'high', 'لم يعد يعمل; لم تعد تعمل']],
  Hebrew: [['userDisabled', 'high', 'עזב את החברה; עזבה את החברה; כבר לא עובד']],
});
