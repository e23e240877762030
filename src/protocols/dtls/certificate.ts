/** A self-signed certificate and its key: what both DTLS roles show. DER. */
export type Certificate = { certificate: Uint8Array; privateKey: Uint8Array }
