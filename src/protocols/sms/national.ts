/**
 * National language tables, TS 23.038 Annex A, by their identifiers (§6.2.1.2.4). Written as `position:characters`,
 * hexadecimal, with ranges; what all tables of a kind share is left out.
 */
export const LANGUAGES = [
  'default',
  'turkish',
  'spanish',
  'portuguese',
  'bengali',
  'gujarati',
  'hindi',
  'kannada',
  'malayalam',
  'oriya',
  'punjabi',
  'tamil',
  'telugu',
  'urdu',
] as const

/** Void position; read as a space. */
const VOID = ' '

/** Default alphabet, TS 23.038 §6.2.1. Position 1b is the escape. */
export const DEFAULT =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
  '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'

/** Default extension table, §6.2.1.1; 0a is a page break. All Latin single shift tables hold it, the Indic ones its marks. */
const MARKS = '14:5e 28:7b,7d 2f:5c 3c:5b,7e,5d 40:7c 65:20ac'
const EXTENSION = `0a:0c ${MARKS}`

/** Digits, small letters and stops of the Indic locking tables, A.3.4 and on. */
const INDIC_LOCKING = '0a:0a 0d:0d 1b:1b 20:20,21 28:29,28 2c:2c 2e:2e 30:30-39,3a,3b 3f:3f 61:61-7a'
/** Marks and capital letters of the Indic single shift tables, A.2.4 and on. */
const INDIC_SINGLE = `00:40,a3,24,a5,bf,22,a4,25-27,0c,2a,2b 0e:2d,2f,3c-3e,a1,5e,a1,5f,23,2a 41:41-5a ${MARKS}`

const LOCKING: Readonly<Record<number, string>> = {
  4: '00:981-983,985-98b 0b:98c 0f:98f,990 13:993-99a 1c:99b-99e 22:99f-9a4 2a:9a5,9a6 2d:9a7 2f:9a8 3d:9aa,9ab 40:9ac-9b0 46:9b2 4a:9b6-9b9,9bc-9c4 59:9c7,9c8 5d:9cb-9ce 7b:9d7,9dc,9dd,9f0,9f1',
  5: '00:a81-a83,a85-a8b 0b:a8c,a8d 0f:a8f-a91 13:a93-a9a 1c:a9b-a9e 22:a9f-aa4 2a:aa5,aa6 2d:aa7 2f:aa8 3d:aaa,aab 40:aac-ab0 46:ab2,ab3 49:ab5-ab9,abc-ac5 59:ac7-ac9 5d:acb-acd,ad0 7b:ae0-ae3,af1',
  6: '00:901-903,905-90b 0b:90c,90d 0e:90e-91a 1c:91b-91e 22:91f-924 2a:925,926 2d:927 2f:928 3c:929-92b 40:92c-939,93c-94d,950 7b:972,97b,97c,97e,97f',
  7: '01:c82,c83,c85-c8b 0b:c8c 0e:c8e-c90 12:c92-c9a 1c:c9b-c9e 22:c9f-ca4 2a:ca5,ca6 2d:ca7 2f:ca8 3d:caa,cab 40:cac-cb3 49:cb5-cb9,cbc-cc4 58:cc6-cc8 5c:cca-ccd,cd5 7b:cd6,ce0-ce3',
  8: '01:d02,d03,d05-d0b 0b:d0c 0e:d0e-d10 12:d12-d1a 1c:d1b-d1e 22:d1f-d24 2a:d25,d26 2d:d27 2f:d28 3d:d2a,d2b 40:d2c-d39 4f:d3d-d44 58:d46-d48 5c:d4a-d4d,d57 7b:d60-d63,d79',
  9: '00:b01-b03,b05-b0b 0b:b0c 0f:b0f,b10 13:b13-b1a 1c:b1b-b1e 22:b1f-b24 2a:b25,b26 2d:b27 2f:b28 3d:b2a,b2b 40:b2c-b30 46:b32,b33 49:b35-b39,b3c-b44 59:b47,b48 5d:b4b-b4d,b56 7b:b57,b60-b63',
  10: '00:a01-a03,a05-a0a 0f:a0f,a10 13:a13-a1a 1c:a1b-a1e 22:a1f-a24 2a:a25,a26 2d:a27 2f:a28 3d:a2a,a2b 40:a2c-a30 46:a32,a33 49:a35,a36 4c:a38,a39,a3c 50:a3e-a42 59:a47,a48 5d:a4b-a4d,a51 7b:a70-a74',
  11: '01:b82,b83,b85-b8a 0e:b8e-b90 12:b92-b95 19:b99,b9a 1d:b9c 1f:b9e 22:b9f 26:ba3,ba4 2f:ba8 3c:ba9,baa 42:bae-bb9 50:bbe-bc2 58:bc6-bc8 5c:bca-bcd,bd0 7b:bd7,bf0-bf2,bf9',
  12: '00:c01-c03,c05-c0b 0b:c0c 0e:c0e-c10 12:c12-c1a 1c:c1b-c1e 22:c1f-c24 2a:c25,c26 2d:c27 2f:c28 3d:c2a,c2b 40:c2c-c33 49:c35-c39 4f:c3d-c44 58:c46-c48 5c:c4a-c4d,c55 7b:c56,c60-c63',
  13: '00:627,622,628,67b,680,67e,6a6,62a,6c2,67f 0b:679,67d 0e:67a,67c,62b,62c,681,684,683,685-687,62d-62f 1c:68c,688-68a 22:68f,68d,630,631,691,693 2a:699,632 2d:696 2f:698 3c:69a,633,634 40:635-639,641,642,6a9-6ab,6af,6b3,6b1,644-646,6ba-6bc,648,6c4,6d5,6c1,6be,621,6cc,6d0,6d2,64d,650,64f,657,654 7b:655,651,653,656,670',
}

const SINGLE: Readonly<Record<number, string>> = {
  1: '47:11e 49:130 53:15e 63:e7 67:11f 69:131 73:15f',
  2: '09:e7 41:c1 49:cd 4f:d3 55:da 61:e1 69:ed 6f:f3 75:fa',
  3: '05:ea 09:e7 0b:d4,f4 0e:c1,e1 12:3a6,393 15:3a9,3a0,3a8,3a3,398 1f:ca 41:c0 49:cd 4f:d3 55:da 5b:c3,d5 61:c2 69:ed 6f:f3 75:fa 7b:e3,f5 7f:e2',
  4: '19:9e6,9e7 1c:9e8-9ef,9df-9e2 2a:9e3,9f2-9f5 30:9f6-9fa',
  5: '19:964,965 1c:ae6-aef',
  6: '19:964,965 1c:966-96f,951,952 2a:953,954,958-95a 30:95b-963,970,971',
  7: '19:964,965 1c:ce6-cef,cde,cf1 2a:cf2',
  8: '19:964,965 1c:d66-d71 2a:d72-d75,d7a 30:d7b-d7f',
  9: '19:964,965 1c:b66-b6f,b5c,b5d 2a:b5f,b70,b71',
  10: '19:964,965 1c:a66-a6f,a59,a5a 2a:a5b,a5c,a5e,a75',
  11: '19:964,965 1c:be6-bef,bf3,bf4 2a:bf5-bf8,bfa',
  12: '1c:c66-c6f,c58,c59 2a:c78-c7c 30:c7d-c7f',
  13: '19:600,601 1c:6f0-6f9,60c,60d 2a:60e-612 30:613,614,61b,61f,640,652,658,66b,66c,672,673,6cd 3f:6d4',
}

/** Where the Turkish and Portuguese locking tables (A.3.1, A.3.3) differ from the default alphabet. */
const TURKISH = '04:20ac 07:131 0b:11e,11f 1c:15e,15f 40:130 60:e7'
const PORTUGUESE =
  '04:ea 06:fa,ed,f3,e7 0b:d4,f4 0e:c1,e1 12:aa,c7,c0,221e,5e,5c,20ac,d3,7c 1c:c2,e2,ca 24:ba 40:cd 5b:c3,d5,da 60:7e 7b:e3,f5,60'

const fill = (table: (string | undefined)[], text: string): void => {
  for (const run of text.split(' ')) {
    let [at = 0] = run.split(':').map((position) => Number.parseInt(position, 16))
    for (const range of run.slice(run.indexOf(':') + 1).split(',')) {
      const [first = 0, last = first] = range.split('-').map((code) => Number.parseInt(code, 16))
      for (let code = first; code <= last; code++) table[at++] = String.fromCharCode(code)
    }
  }
}

/** 128 characters; the default alphabet where the language has no table of its own (Spanish, unknown ones). */
export const lockingTable = (language: number): readonly string[] => {
  const own = LOCKING[language]
  const table: (string | undefined)[] = own === undefined ? [...DEFAULT] : []
  if (own !== undefined) fill(table, `${INDIC_LOCKING} ${own}`)
  if (language === 1) fill(table, TURKISH)
  if (language === 3) fill(table, PORTUGUESE)
  return Array.from({ length: 128 }, (_, position) => table[position] ?? VOID)
}

/** Up to 128 characters behind the escape; undefined where there is none. Unknown languages have the default one. */
export const singleTable = (language: number): readonly (string | undefined)[] => {
  const table: (string | undefined)[] = new Array(128).fill(undefined)
  fill(table, language >= 4 && language <= 13 ? INDIC_SINGLE : EXTENSION)
  const own = SINGLE[language]
  if (own !== undefined) fill(table, own)
  return table
}
