/** Buttons for passkeys: they show only where the browser knows them; the server leads through every step. */
export function passkeys(): void {
  if (!("PublicKeyCredential" in window) || !window.isSecureContext) return;
  for (const place of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
    const button = place.querySelector("button");
    const alert = place.querySelector<HTMLElement>("[role=alert]");
    if (!button || !alert) continue;
    place.hidden = false;
    button.addEventListener("click", () => {
      button.disabled = true;
      alert.textContent = "";
      carryOut(place)
        .then(() => location.assign(place.dataset["next"] ?? "/"))
        .catch((cause: unknown) => {
          // A person who closes the browser's own window knows why nothing happened.
          const closed = cause instanceof DOMException && cause.name === "NotAllowedError";
          alert.textContent = !closed && cause instanceof Refused ? cause.message : (place.dataset["failed"] ?? "");
          button.disabled = false;
        });
    });
  }
}

class Refused extends Error {}

async function carryOut(place: HTMLElement): Promise<void> {
  const { publicKey } = (await send(place.dataset["begin"] ?? "", {})) as { publicKey: Options };
  if (place.dataset["passkey"] === "add") {
    const options = {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user?.id ?? "") },
      excludeCredentials: listed(publicKey.excludeCredentials),
    };
    const made = (await navigator.credentials.create({ publicKey: options as never })) as PublicKeyCredential;
    const answer = made.response as AuthenticatorAttestationResponse;
    await send(place.dataset["finish"] ?? "", {
      name: place.querySelector("input")?.value ?? "",
      credential: {
        ...common(made),
        response: {
          attestationObject: text(answer.attestationObject),
          clientDataJSON: text(answer.clientDataJSON),
          transports: answer.getTransports?.() ?? [],
        },
      },
    });
    return;
  }
  const options = {
    ...publicKey,
    challenge: bytes(publicKey.challenge),
    allowCredentials: listed(publicKey.allowCredentials),
  };
  const found = (await navigator.credentials.get({ publicKey: options as never })) as PublicKeyCredential;
  const answer = found.response as AuthenticatorAssertionResponse;
  await send(place.dataset["finish"] ?? "", {
    ...common(found),
    response: {
      authenticatorData: text(answer.authenticatorData),
      clientDataJSON: text(answer.clientDataJSON),
      signature: text(answer.signature),
      userHandle: answer.userHandle ? text(answer.userHandle) : null,
    },
  });
}

type Json = Record<string, unknown>;

interface Known {
  id: string;
}

/** What the server sends: as the browser wants it, but with bytes as base64url. */
interface Options {
  challenge: string;
  user?: Known;
  allowCredentials?: Known[];
  excludeCredentials?: Known[];
}

function common(credential: PublicKeyCredential): Json {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    extensions: credential.getClientExtensionResults(),
  };
}

function listed(credentials: Known[] | undefined): Json[] {
  return (credentials ?? []).map((entry) => ({ ...entry, id: bytes(entry.id) }));
}

async function send(address: string, content: Json): Promise<unknown> {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(content),
  });
  const told = (await answer.json().catch(() => ({}))) as { message?: string };
  if (!answer.ok) throw new Refused(told.message ?? "");
  return told;
}

function bytes(base64url: string): ArrayBuffer {
  const letters = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0)).buffer as ArrayBuffer;
}

function text(buffer: ArrayBuffer): string {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(letters).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
