// Finds lessons by words, also from a file: the sections' words stand before this, as Python wrote them.

const field = document.getElementById("search"), list = document.getElementById("found");
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const texts = sections.map(([, title, words]) => plain(`${title} ${words}`));
const titles = sections.map(([, title]) => plain(title));

// The sections that have all the words, those with the most of them in their title first.
function find(query) {
  const asked = plain(query).split(/\s+/).filter(Boolean);
  const inTitle = (i) => asked.filter((word) => titles[i].includes(word)).length;
  return asked.length ? [...texts.keys()].filter((i) => asked.every((word) => texts[i].includes(word)))
    .sort((a, b) => inTitle(b) - inTitle(a)) : [];
}

function item(i) {
  const [href, title, words] = sections[i], node = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href, textContent: `${href.slice(0, 2)} · ${title}` });
  node.append(link, ` ${words.slice(0, 120)} ...`);
  return node;
}

field.hidden = false;
field.addEventListener("input", () => list.replaceChildren(...find(field.value).slice(0, 12).map(item)));
