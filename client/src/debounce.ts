/** Work that waits until nobody asks for it any more. */

/** Calls back once it has been quiet for `delay` milliseconds. */
export function debounce(delay: number, callback: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const cancel = () => clearTimeout(timer);
  return {
    call(): void {
      cancel();
      timer = setTimeout(callback, delay);
    },
    cancel,
    dispose: cancel,
  };
}
