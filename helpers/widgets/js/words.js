// A widget's words, in the language that Python has chosen (helpers.words).

// said("epoch {}: {}", 3, "before training"): the sentence with its fields; English where there is no other.
export function saying(model) {
  const words = model.get("_words") ?? {};
  return (english, ...fields) => {
    let next = 0;
    return (words[english] ?? english).replace(/\{(\d*)\}/g, (_, at) => fields[at || next++]);
  };
}
