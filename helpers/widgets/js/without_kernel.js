// The part of a widget's model that the scripts use, on a page without a kernel. Bytes come as base64.
export function withoutKernel(state) {
  for (const [name, value] of Object.entries(state)) {
    if (value && value.base64 !== undefined) {
      state[name] = new DataView(Uint8Array.from(atob(value.base64), (c) => c.charCodeAt(0)).buffer);
    }
  }
  const listeners = {};
  const model = {
    get: (name) => state[name],
    set: (name, value) => {
      state[name] = value;
      for (const call of listeners[`change:${name}`] ?? []) call();
    },
    on: (event, call) => (listeners[event] ??= new Set()).add(call),
    off: (event, call) => listeners[event]?.delete(call),
    save_changes: () => {},
  };
  return { model, listeners };
}
