// Passkeys: a form that says so is filled with the answer of the browser's own dialogue, and then sent like any other.
"use strict";

(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace(/=+$/, "");

  const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const make = async (told) => {
    const publicKey = {
      ...told,
      challenge: bytes(told.challenge),
      user: { ...told.user, id: bytes(told.user.id) },
      excludeCredentials: described(told.excludeCredentials),
    };
    return navigator.credentials.create({ publicKey });
  };

  const use = async (told) => {
    const publicKey = {
      ...told,
      challenge: bytes(told.challenge),
      allowCredentials: described(told.allowCredentials),
    };
    return navigator.credentials.get({ publicKey });
  };

  const answerOf = (credential) => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  };

  const FAULTS = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };

  const say = (form, what) => {
    for (const told of form.querySelectorAll("[data-passkey-says]")) told.hidden = told.dataset.passkeySays !== what;
  };

  const prepare = (form) => {
    const button = form.querySelector("button");
    const ask = form.dataset.passkey === "make" ? make : use;
    say(form, "");
    if (!window.PublicKeyCredential) {
      button.disabled = true;
      say(form, "unsupported");
      return;
    }
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      say(form, "");
      button.disabled = true;
      try {
        form.elements.answer.value = answerOf(await ask(JSON.parse(form.dataset.options)));
        form.submit();
      } catch (fault) {
        say(form, FAULTS[fault.name] || "other");
      } finally {
        button.disabled = false;
      }
    });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) prepare(form);
})();
