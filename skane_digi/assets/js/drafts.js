/* What has been typed and not yet saved, kept in this browser for the account that typed it. */

const PREFIX = "utkast";
const DAYS_KEPT = 30;

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

export class Drafts {
  constructor(user) {
    this.prefix = `${PREFIX}:${user}:`;
  }

  get(address) {
    try {
      return JSON.parse(storage()?.getItem(this.prefix + address) ?? "null");
    } catch {
      return null;
    }
  }

  put(address, draft) {
    try {
      storage()?.setItem(this.prefix + address, JSON.stringify(draft));
      return true;
    } catch {
      return false;
    }
  }

  remove(address) {
    storage()?.removeItem(this.prefix + address);
  }

  /* Drafts that nobody has come back to are let go. */
  forgetOld(now) {
    const store = storage();
    for (const key of store ? Object.keys(store) : []) {
      if (key.startsWith(PREFIX) && !(now - (JSON.parse(store.getItem(key))?.at ?? 0) < DAYS_KEPT * 86_400_000)) {
        store.removeItem(key);
      }
    }
  }
}
