/** Das Blatt der Geräte, auf Deutsch. */

/** @type {typeof import("./text_devices.js").DEVICES} */
export const DEVICES = {
  title: "Geräte",
  close: "Geräte schließen",
  mine: "Dieses Gerät heißt",
  hint: "Andere im Haus sehen diesen Namen: wenn du um den Fernseher bittest, und in der Liste.",
  save: "Speichern",
  called: (name) => `Dieses Gerät heißt jetzt „${name}“.`,
  welcome: (name) => `Andere sehen dieses Gerät als „${name}“.`,
  change: "Ändern",
  others: "Andere Geräte",
  none: "Noch ist kein anderes Gerät gekoppelt.",
  nameOf: (name) => `Name von ${name}`,
  roleOf: (name) => `Rolle von ${name}`,
  roles: { owner: "Besitzer", member: "Mitglied", guest: "Gast" },
  here: "gerade hier",
  seen: (day) => `zuletzt hier ${day}`,
  revoke: "Entfernen",
  revokeOf: (name) => `${name} entfernen`,
  really: "Wirklich?",
  revoked: (name) => `${name} muss jetzt neu gekoppelt werden.`,
  invite: "Ein weiteres Gerät hereinlassen",
  inviteAs: "Als",
  code: "Neuer Code",
  codeFor: (minutes) => `Tipp ihn auf dem anderen Gerät innerhalb von ${minutes} Minuten ein, oder öffne dort diesen Link:`,
};
