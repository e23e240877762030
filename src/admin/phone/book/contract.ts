/** A phone book as the manual has it (4.2): people in groups; `blf`: their state may be watched. */
export type BookEntry = { name: string; tel: string; blf: boolean }
export type BookGroup = { name: string; entries: BookEntry[] }

export type PhoneBook = {
  /** For this extension: what the configured URL gives, else the server's own directory. */
  groups(extension: string): Promise<BookGroup[]>
  /** The server's own directory, whatever the URL gives. */
  own(): BookGroup[]
  /** Of what is known now; a book that was never fetched is fetched meanwhile. Undefined: nobody knows. */
  nameOf(extension: string, tel: string): string | undefined
}
