/** Other processes of this machine. */
import { hostError } from "./errors.js";

/**
 * False: no process of this id is there. One of another container is not seen: what this answers may
 * save time, but nothing may be lost by it.
 */
export function isProcessAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return hostError(error, "").code !== "ESRCH";
  }
}
