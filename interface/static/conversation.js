// Draws the conversation. What users and documents say only ever becomes text nodes.
const conversation = element.querySelector('.fn-conversation');
const welcome = element.querySelector('.fn-welcome');
const list = element.querySelector('.fn-turns');
const drawn = []; // the text of each turn that is on show, to leave alone what didn't change
const opened = []; // each turn's text, and what it says
const stages = []; // what is ticking: a stage's node and when it began
let active = null; // the marker whose passage is open

// The conversation's turns, which come as the texts of their JSON.
function turns() {
  const texts = props.value?.turns ?? [];
  opened.length = texts.length;
  texts.forEach((text, index) => {
    if (opened[index]?.text !== text) opened[index] = { text, turn: JSON.parse(text) };
  });
  return opened.map((each) => each.turn);
}

function placesOf(item) {
  const parts = [];
  if (item.source !== item.title) parts.push(item.source);
  if (item.place) parts.push(placed(item.place));
  return parts;
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
  node.setAttribute('aria-label', t('citation_label', { marker: citation.marker, title: citation.title }));
  return previews(opens(node, citation, citation.quote), citation);
}

function sentence(part) {
  const node = make('span', 'fn-sentence', part.text);
  node.dataset.support = part.support;
  return node;
}

// What an answer says, in parts. That there is none is said in the visitor's language.
function partsOf(turn) {
  return turn.state === 'abstained' && turn.text === STRINGS.en.abstained ? [{ text: t('abstained') }] : turn.parts ?? [];
}

function drawPart(turn, index) {
  const part = partsOf(turn)[index];
  if (part.marker !== undefined) {
    return marker(turn.citations.find((citation) => citation.marker === part.marker));
  }
  if (part.support) return sentence(part);
  const leads = partsOf(turn)[index + 1]?.marker !== undefined;
  return leads && part.text === ' ' ? '\u00a0' : part.text; // no marker alone on a line
}

// Adds to an answer's text what has come since it was drawn, so that nothing moves or loses focus.
function growText(text, turn) {
  const before = text.parts ?? [];
  const parts = partsOf(turn).map((part) => JSON.stringify(part));
  const grown = before.every((part, index) => part === parts[index]);
  if (!grown) text.replaceChildren();
  for (let index = grown ? before.length : 0; index < parts.length; index += 1) {
    text.append(drawPart(turn, index));
  }
  text.parts = parts;
}

function duration(ms) {
  if (ms < 1000) return t('milliseconds', { time: String(Math.round(ms)) });
  return t('seconds', { time: (ms / 1000).toFixed(2) });
}

function stage(name, time, className) {
  return make('li', className, name + ' ', make('span', 'fn-time', time));
}

function drawStage(step) {
  if (step.ms !== null) return stage(t('done_' + step.stage), duration(step.ms), 'fn-done');
  const node = stage(t('stage_' + step.stage), '', 'fn-running');
  stages.push({ time: node.querySelector('.fn-time'), begun: performance.now() });
  return node;
}

function stopper(turn) {
  const node = button('fn-stop', t('stop'));
  node.setAttribute('aria-label', t('stop_label'));
  node.addEventListener('click', () => stop(turn));
  return node;
}

// The line above an answer: what is being done while it is made, then how long each stage took.
function steps(turn) {
  stages.length = 0;
  const items = turn.state === 'working'
    ? (turn.steps?.length ? turn.steps : [{ stage: 'wait', ms: null }]).map(drawStage)
    : Object.entries(turn.timings_ms ?? {}).filter(([name, ms]) => ms && words['done_' + name] && name !== 'total')
      .map(([name, ms]) => drawStage({ stage: name, ms }));
  if (turn.total_ms) items.push(stage(t('done_total', { time: duration(turn.total_ms) }), '', 'fn-done'));
  const row = make('ul', 'fn-steps-list', ...items);
  row.setAttribute('aria-label', t('steps_label'));
  return make('div', 'fn-steps', items.length ? row : null, turn.state === 'working' ? stopper(turn) : null);
}

function titled(item) {
  const title = make('bdi', 'fn-source-title', item.title);
  const where = placesOf(item);
  return make('span', 'fn-source', title, where.length ? make('span', 'fn-source-place', ...sideBySide(where)) : null);
}

function sources(turn) {
  if (turn.citations.length === 0) return null;
  const cited = new Map(); // those of one place in a document, in the order of their markers
  for (const citation of turn.citations) {
    const key = JSON.stringify([citation.document_id, citation.place]);
    cited.set(key, [...(cited.get(key) ?? []), citation]);
  }
  const items = [...cited.values()].map((citations) => {
    const link = opens(button('fn-source-link', titled(citations[0])), citations[0], citations[0].quote);
    return make('li', '', make('span', 'fn-source-markers', ...citations.map(marker)),
      make('span', 'fn-source-named', link, ...changesSince(citations)));
  });
  return make('section', 'fn-sources', make('h3', '', t('sources')), make('ul', 'fn-source-list', ...items));
}

function support(turn) {
  const sentences = turn.parts.filter((part) => part.support);
  if (sentences.length === 0) return null;
  const verbatim = sentences.every((part) => part.support === 'verbatim');
  return make('p', verbatim ? 'fn-support' : 'fn-support fn-loose', t(verbatim ? 'verbatim' : 'not_verbatim'));
}

function disagreement(item, turn) {
  const sides = item.values.map((value, index) => {
    const citation = turn.citations.find((other) => other.marker === item.citations[index]);
    const said = make('strong', 'fn-side-value', value);
    said.dir = 'auto';
    return make('li', 'fn-side', said, make('bdi', 'fn-side-who', item.attributions[index] ?? ''),
      make('span', 'fn-side-date', item.dates[index] ?? t('sides_undated'), ' ', citation ? marker(citation) : null));
  });
  const note = make('p', '', item.note);
  note.dir = 'auto';
  return make('section', 'fn-disagreement', note, make('ul', 'fn-sides', ...sides));
}

function nearest(turn) {
  if (turn.nearest.length === 0) return null;
  const items = turn.nearest.map((hit) => {
    const excerpt = make('span', 'fn-excerpt', hit.text);
    excerpt.dir = 'auto';
    return make('li', '', opens(button('fn-nearest-link', titled(hit), excerpt), hit, hit.text));
  });
  return make('section', 'fn-nearest', make('h3', '', t('nearest')), make('ul', '', ...items));
}

function askedOf(turn) {
  return turn.asked_of ? make('p', 'fn-footing', t('asked_of', { count: turn.asked_of })) : null;
}

function footing(turn) {
  if (!turn.standalone_question || turn.standalone_question === turn.question) return null;
  return make('p', 'fn-footing', t('searched_for', { question: turn.standalone_question }));
}

// What stands below an answer's text, by the turn's state.
function below(turn, index) {
  if (turn.state === 'working') return [];
  if (turn.state === 'failed') return [make('p', 'fn-failure', told(turn.message)), actions(turn, index)];
  return [support(turn), ...turn.disagreement.map((item) => disagreement(item, turn)), sources(turn),
    nearest(turn), footing(turn), askedOf(turn), answerActions(turn), actions(turn, index)];
}

// Fills a reply, keeping the text that is already there.
function fillReply(reply, turn, index) {
  const text = reply.querySelector('.fn-answer-text') ?? make('p', 'fn-answer-text');
  text.dir = 'auto';
  growText(text, turn);
  text.hidden = turn.state === 'failed' || turn.parts?.length === 0;
  reply.className = 'fn-reply fn-' + turn.state;
  const head = steps(turn);
  if (text.parentNode === reply) reply.firstChild.replaceWith(head);
  else reply.append(head, text);
  while (reply.lastChild !== text) reply.lastChild.remove();
  reply.append(...below(turn, index).filter((node) => node !== null));
  return reply;
}

function drawTurn(turn, index) {
  const question = make('p', 'fn-question', turn.question);
  question.dir = 'auto';
  return make('li', 'fn-turn', question, fillReply(make('div', 'fn-reply'), turn, index));
}

function updateTurn(turn, index) {
  const node = list.children[index];
  const before = JSON.parse(drawn[index]);
  if (before.state === 'working' && before.question === turn.question) {
    fillReply(node.querySelector('.fn-reply'), turn, index);
  } else {
    node.replaceWith(drawTurn(turn, index));
  }
}

// Takes away the turns from a place on.
function removeTurns(index) {
  while (drawn.length > index) {
    drawn.pop();
    list.lastChild.remove();
  }
}

function drawWelcome(value) {
  welcome.hidden = value.turns.length > 0;
  const text = value.documents ? t('welcome', { count: value.documents }) : t('welcome_empty');
  element.querySelector('.fn-welcome-text').textContent = value.problem || text;
  const items = value.examples.map((example) => make('li', '', asks('fn-example', example)));
  element.querySelector('.fn-examples').replaceChildren(...items);
}

function draw() {
  const value = props.value;
  if (!value || !value.turns) return;
  const stopping = element.querySelector('.fn-stop') === document.activeElement;
  hidePreviewOfGone();
  settleSent();
  drawWelcome(value);
  drawScope(value);
  drawChoice(value);
  turnField();
  showKept(value);
  removeTurns(value.turns.length);
  turns().forEach((turn, index) => {
    const { text } = opened[index];
    if (drawn[index] === text) return;
    if (index < drawn.length) updateTurn(turn, index);
    else list.append(drawTurn(turn, index));
    const isNew = index >= drawn.length || JSON.parse(drawn[index]).question !== turn.question;
    drawn[index] = text;
    afterTurn(turn, index); // first, as it takes away what stood above
    if (isNew) conversation.scrollTo({ top: list.children[index].offsetTop });
  });
  if (stopping && busy()) element.querySelector('.fn-stop')?.focus({ preventScroll: true });
  else if (stopping) focusQuestion();
}

function hidePreviewOfGone() {
  if (previewed !== null && !previewed.isConnected) hidePreview();
}

setInterval(() => {
  for (const each of stages) each.time.textContent = duration(performance.now() - each.begun);
}, 100);
document.addEventListener('footnote:closed', () => active?.focus());
