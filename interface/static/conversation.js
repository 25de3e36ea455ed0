// Draws the conversation. What users and documents say only ever becomes text nodes.
const conversation = element.querySelector('.fn-conversation');
const welcome = element.querySelector('.fn-welcome');
const list = element.querySelector('.fn-turns');
const drawn = []; // the JSON of each turn that is on show, to leave alone what didn't change
let active = null; // the marker whose passage is open

function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children.filter((child) => child !== null));
  return node;
}

function button(className, ...children) {
  const node = make('button', className, ...children);
  node.type = 'button';
  return node;
}

function place(item) {
  const parts = [];
  if (item.source !== item.title) parts.push(item.source);
  if (item.place) parts.push(item.place);
  return parts.join(' · ');
}

function opens(node, item, quote) {
  const request = { document_id: item.document_id, start: item.start, end: item.end, quote };
  node.addEventListener('click', () => {
    active?.classList.remove('fn-active');
    active = node;
    active.classList.add('fn-active');
    document.dispatchEvent(new CustomEvent('footnote:open', { detail: request }));
  });
  return node;
}

function marker(citation) {
  const node = button('fn-marker', String(citation.marker));
  node.title = citation.quote;
  node.setAttribute('aria-label', 'Citation ' + citation.marker + ': ' + citation.title);
  return opens(node, citation, citation.quote);
}

function answerText(turn) {
  const text = make('p', 'fn-answer-text');
  text.dir = 'auto';
  for (const [place, part] of turn.parts.entries()) {
    if (part.text !== undefined) {
      const leads = turn.parts[place + 1]?.marker !== undefined;
      text.append(leads && part.text === ' ' ? '\u00a0' : part.text); // no marker alone on a line
    } else {
      text.append(marker(turn.citations.find((citation) => citation.marker === part.marker)));
    }
  }
  return text;
}

function titled(item) {
  const title = make('bdi', 'fn-source-title', item.title);
  const where = place(item);
  return make('span', 'fn-source', title, where ? make('bdi', 'fn-source-place', where) : null);
}

function sources(turn) {
  if (turn.citations.length === 0) return null;
  const cited = new Map(); // the citations of each document, in the order of their markers
  for (const citation of turn.citations) {
    cited.set(citation.document_id, [...(cited.get(citation.document_id) ?? []), citation]);
  }
  const items = [...cited.values()].map((citations) => {
    const link = opens(button('fn-source-link', titled(citations[0])), citations[0], citations[0].quote);
    return make('li', '', make('span', 'fn-source-markers', ...citations.map(marker)),
      make('span', 'fn-source-named', link, ...changesSince(citations)));
  });
  return make('section', 'fn-sources', make('h3', '', 'Sources'), make('ul', 'fn-source-list', ...items));
}

function disagreement(item, turn) {
  const rows = item.values.map((value, index) => {
    const citation = turn.citations.find((other) => other.marker === item.citations[index]);
    const who = [item.attributions[index], item.dates[index]].filter(Boolean).join(', ');
    return make('li', '', make('strong', '', value), who ? make('bdi', '', ' ' + who + ' ') : null,
      citation ? marker(citation) : null);
  });
  return make('section', 'fn-disagreement', make('p', '', item.note), make('ul', '', ...rows));
}

function nearest(turn) {
  if (turn.nearest.length === 0) return null;
  const items = turn.nearest.map((hit) => {
    const excerpt = make('span', 'fn-excerpt', hit.text);
    excerpt.dir = 'auto';
    return make('li', '', opens(button('fn-nearest-link', titled(hit), excerpt), hit, hit.text));
  });
  return make('section', 'fn-nearest', make('h3', '', 'Nearest passages – these are not an answer'),
    make('ul', '', ...items));
}

function footing(turn) {
  const parts = [];
  if (turn.standalone_question && turn.standalone_question !== turn.question) {
    parts.push('Searched for: ' + turn.standalone_question);
  }
  if (turn.total_ms >= 10) parts.push((turn.total_ms / 1000).toFixed(2) + ' s');
  return parts.length ? make('p', 'fn-footing', parts.join(' · ')) : null;
}

function reply(turn) {
  if (turn.state === 'working') {
    return make('div', 'fn-reply fn-working', make('p', '', 'Searching and reading…'));
  }
  if (turn.state === 'failed') {
    return make('div', 'fn-reply fn-failed', make('p', '', turn.message));
  }
  return make('div', 'fn-reply fn-' + turn.state, answerText(turn),
    ...turn.disagreement.map((item) => disagreement(item, turn)), sources(turn), nearest(turn), footing(turn),
    answerActions(turn));
}

function drawTurn(turn) {
  const question = make('p', 'fn-question', turn.question);
  question.dir = 'auto';
  return make('li', 'fn-turn', question, reply(turn));
}

function drawWelcome(value) {
  welcome.hidden = value.turns.length > 0;
  element.querySelector('.fn-welcome-text').textContent = value.welcome;
  const items = value.examples.map((example) => {
    const node = button('fn-example', example);
    node.addEventListener('click', () => trigger('example', { question: example }));
    return make('li', '', node);
  });
  element.querySelector('.fn-examples').replaceChildren(...items);
}

function draw() {
  const value = props.value;
  if (!value || !value.turns) return;
  drawWelcome(value);
  showKept(value);
  value.turns.forEach((turn, index) => {
    const json = JSON.stringify(turn);
    if (drawn[index] === json) return;
    const isNew = index >= drawn.length;
    const node = drawTurn(turn);
    if (isNew) list.append(node);
    else list.children[index].replaceWith(node);
    drawn[index] = json;
    if (isNew) conversation.scrollTo({ top: node.offsetTop });
  });
  while (drawn.length > value.turns.length) {
    drawn.pop();
    list.lastChild.remove();
  }
}

document.addEventListener('footnote:closed', () => active?.focus());
watch('value', draw);
draw();
