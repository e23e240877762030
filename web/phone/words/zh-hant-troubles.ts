/** What went wrong and what to do. */
export const troubles = {
  'Another program holds the camera. Close it there, then try again.':
    '攝影機正由其他程式使用。請先關閉該程式，再試一次。',
  'Another program holds the microphone. Close it there, then try again.':
    '麥克風正由其他程式使用。請先關閉該程式，再試一次。',
  'Browsers give the microphone to secure pages only. Open this page by https.':
    '瀏覽器只允許安全頁面使用麥克風。請以 https 開啟此頁面。',
  'Busy everywhere.': '所有電話都在忙線中。',
  'Busy.': '忙線中。',
  'Most often the browser does not trust its certificate yet.': '最常見的原因是瀏覽器尚未信任其憑證。',
  'No camera was found.': '找不到攝影機。',
  'No microphone was found. Plug one in, then try again.': '找不到麥克風。請接上麥克風後再試一次。',
  'No sound can pass between this browser and the server. A firewall may block UDP: ask your network’s people.':
    '此瀏覽器與伺服器之間無法傳送聲音。防火牆可能封鎖了 UDP，請洽網路管理人員。',
  'Nobody answered.': '無人接聽。',
  'Nobody has this number any more.': '此號碼已停用。',
  'Nobody of this name.': '查無此人。',
  'Nobody has this number.': '此號碼是空號。',
  'Nothing is heard from the other side. The call is being repaired.': '聽不到對方的聲音，正在修復通話。',
  'Open {address} once, accept it, and come back.': '請開啟 {address} 一次並接受憑證，然後回到此頁。',
  'Something went wrong on the way.': '途中發生錯誤。',
  'Something went wrong. Try again.': '發生錯誤，請再試一次。',
  'That is your own number.': '這是您自己的號碼。',
  'That did not work.': '未能成功。',
  'The call was declined.': '對方拒接。',
  'The camera does not work. Choose another one in the settings.':
    '攝影機無法使用。請在設定中選擇其他攝影機。',
  'The camera is blocked for this page. Allow it beside the address of the page.':
    '此頁面的攝影機已被封鎖，請在網址列旁允許。',
  'The connection to the server was lost.': '與伺服器的連線已中斷。',
  'The history cannot be read.': '無法讀取通話紀錄。',
  'The mailbox cannot be read.': '無法讀取語音信箱。',
  'The microphone does not work. Choose another one in the settings.':
    '麥克風無法使用。請在設定中選擇其他麥克風。',
  'The microphone gives no sound. Is it muted at the headset?': '麥克風沒有聲音。耳機上是否已靜音？',
  'The microphone is blocked for this page. Allow it beside the address of the page, then try again.':
    '此頁面的麥克風已被封鎖。請在網址列旁允許，然後再試一次。',
  'The network is full or away. Try again in a moment.': '網路忙碌或中斷，請稍後再試。',
  'The number is not complete.': '號碼不完整。',
  'The other phone cannot be reached now.': '目前無法接通對方電話。',
  'The two phones have no way to talk in common.': '兩支電話之間沒有共同的通話方式。',
  'The other phone does not understand our sound.': '對方電話不支援我們的語音格式。',
  'The phone book cannot be read.': '無法讀取電話簿。',
  'The server cannot be reached.': '無法連上伺服器。',
  'The texts cannot be read.': '無法讀取訊息。',
  'There is no credit for this call.': '餘額不足，無法通話。',
  'This call cannot be recorded.': '這通電話無法錄音。',
  'This number and password do not fit together.': '號碼與密碼不符。',
  'This number may not be called from here.': '此處不允許撥打這個號碼。',
  'This page works, but its channel for calls does not open.': '頁面運作正常，但通話用的通道無法開啟。',
  'Too many attempts. Try again in {n, plural, one {# second} other {# seconds}}.':
    '嘗試次數過多，請在 {n, plural, other {# 秒}}後再試。',
} as const
