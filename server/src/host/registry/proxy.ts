/** Which proxy stands before an address. Source: golang.org/x/net/http/httpproxy, as Docker's client goes by it. */

/** null: none does. */
export function proxyFor(url: URL, env: Readonly<Record<string, string | undefined>>): URL | null {
  const of = (name: string): string => env[name] || env[name.toLowerCase()] || "";
  const text = of(url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (text === "" || isOnThisMachine(url.hostname) || isLeftOut(url, of("NO_PROXY"))) return null;
  const whole = /^\w+:\/\//.test(text) ? text : `http://${text}`;
  if (!URL.canParse(whole)) return null;
  const proxy = new URL(whole);
  return proxy.protocol === "http:" || proxy.protocol === "https:" ? proxy : null;
}

function isOnThisMachine(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** @param list names and addresses, each with its subdomains; `*`: all */
function isLeftOut({ hostname, port, protocol }: URL, list: string): boolean {
  const own = port || (protocol === "https:" ? "443" : "80");
  return list.split(",").some((word) => {
    const one = word.trim().toLowerCase();
    if (one === "*") return true;
    const [, name = "", ofPort = own] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(one) ?? [];
    if (name === "" || ofPort !== own) return false;
    const isInside = hostname.endsWith(`.${name}`);
    return isInside || (hostname === name && !/^\*?\./.test(one)) || isInNet(hostname, name);
  });
}

/** True for an address in a range of them, `10.0.0.0/8`. */
function isInNet(hostname: string, range: string): boolean {
  const [net = "", bits] = range.split("/", 2);
  const [address, start] = [numberOf(hostname), numberOf(net)];
  const length = Number(bits);
  if (address === null || start === null || bits === undefined || !(length <= 32)) return false;
  const size = 2 ** (32 - length);
  return Math.floor(address / size) === Math.floor(start / size);
}

function numberOf(address: string): number | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address)) return null;
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}
