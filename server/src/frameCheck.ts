/** Checks that bytes are the frames of the protocol: headers with a length, then so many bytes. */

/** Of the headers of one message. Bytes. */
const longestHeaders = 4_096;

/** Of one message. Bytes: more than any document that an editor opens. */
const longestMessage = 256_000_000;

const headersEnd = "\r\n\r\n";

/** Gives a function that takes the bytes as they come, and tells what is wrong with them; null: nothing so far. */
export function frameCheck(): (bytes: Uint8Array) => string | null {
  let headers = "";
  let bodyLeft = 0;
  return (bytes) => {
    for (let at = 0; at < bytes.length; ) {
      if (bodyLeft > 0) {
        const taken = Math.min(bodyLeft, bytes.length - at);
        bodyLeft -= taken;
        at += taken;
        continue;
      }
      const known = headers.length;
      headers += Buffer.from(bytes.subarray(at, at + longestHeaders)).toString("latin1");
      // The end may have begun in the bytes before.
      const end = headers.indexOf(headersEnd, Math.max(0, known - headersEnd.length + 1));
      if (end < 0 && headers.length >= longestHeaders)
        return `its headers are longer than ${longestHeaders} bytes`;
      if (end < 0) return null;
      const length = contentLength(headers.slice(0, end));
      if (length === null) return "a message has no Content-Length";
      if (length > longestMessage) return `a message has more than ${longestMessage} bytes`;
      at += end + headersEnd.length - known;
      headers = "";
      bodyLeft = length;
    }
    return null;
  };
}

function contentLength(headers: string): number | null {
  const found = /^content-length:[ \t]*(\d{1,15})[ \t]*$/im.exec(headers)?.[1];
  return found === undefined || Number(found) === 0 ? null : Number(found);
}
