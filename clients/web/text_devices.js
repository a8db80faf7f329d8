/** The sentences of the sheet of devices, in English; a part of the catalogue. */

export const DEVICES = {
  title: "Devices",
  close: "Close the devices",
  mine: "This device is called",
  hint: "Others in the house see it: when you ask for the TV, and in the queue.",
  save: "Save",
  /** @param {string} name */
  called: (name) => `This device is called “${name}” now.`,
  /** @param {string} name */
  welcome: (name) => `Others see this device as “${name}”.`,
  change: "Change",
  others: "Other devices",
  none: "No other device is paired yet.",
  /** @param {string} name */
  nameOf: (name) => `Name of ${name}`,
  /** @param {string} name */
  roleOf: (name) => `Role of ${name}`,
  roles: { owner: "Owner", member: "Member", guest: "Guest" },
  here: "here now",
  /** @param {string} day */
  seen: (day) => `last here ${day}`,
  revoke: "Revoke",
  /** @param {string} name */
  revokeOf: (name) => `Revoke ${name}`,
  really: "Really?",
  /** @param {string} name */
  revoked: (name) => `${name} has to be paired anew now.`,
  invite: "Let another device in",
  inviteAs: "As",
  code: "New code",
  /** @param {number} minutes */
  codeFor: (minutes) => `Type it on the other device within ${minutes} minutes, or open this link there:`,
};
