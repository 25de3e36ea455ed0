// Asks: examples, follow-ups, editing, asking again, stopping, and what the keyboard does.
const scope = element.querySelector('.fn-scope');
const said = element.querySelector('.fn-said');
const shortcuts = element.querySelector('.fn-shortcuts');
const single = shortcuts.querySelector('input'); // whether single keys are shortcuts; dictation may not want it
const SINGLE = 'footnote-single-keys';
const KEYS = [
  ['key_enter', 'shortcut_send'],
  ['key_shift_enter', 'shortcut_line'],
  ['key_escape', 'shortcut_stop'],
  ['/', 'shortcut_focus'],
  ['E', 'shortcut_edit'],
  ['key_tab', 'shortcut_marker'],
  ['?', 'shortcut_help'],
];

function busy() {
  return turns().at(-1)?.state === 'working';
}

// The turn that was just sent or is being answered.
function underWay() {
  return sent?.turn ?? (busy() ? turns().at(-1) : null);
}

// The field's block comes without a script of ours. Questions run as their own letters do.
function turnField() {
  const field = document.querySelector('#question textarea');
  if (field === null) return;
  field.closest('#question').dir = words.direction;
  field.dir = field.value ? 'auto' : words.direction;
}

function focusQuestion() {
  document.querySelector('#question textarea')?.focus();
}

// A button that asks the question it shows.
function asks(className, question) {
  const node = button(className, question);
  node.dir = 'auto';
  node.addEventListener('click', () => {
    if (underWay()) return;
    trigger('example', { question });
    showSent(question);
  });
  return node;
}

function askAgain(question, index) {
  if (underWay() || !question.trim()) return;
  trigger('again', { question, turn: index });
  showSent(question, index);
}

// What waits for its turn is stopped as soon as it begins: the server knows of it only then.
function stop(turn) {
  if (turn.run) server.stop(turn.run);
  else if (turn === sent?.turn) sent.stopping = true;
}

function actions(turn, index) {
  const again = button('fn-redo', t('again'));
  again.addEventListener('click', () => askAgain(turn.question, index));
  const edit = button('fn-redo', t('edit'));
  edit.addEventListener('click', () => editTurn(index));
  return make('div', 'fn-redo-row', again, edit);
}

// Replaces a question by a field to change it in; asking again replaces what came after it.
function editTurn(index) {
  const node = list.children[index];
  const question = node?.querySelector('.fn-question');
  if (!question || node.querySelector('.fn-editor') || busy() || props.value.shared) return;
  const field = make('textarea', 'fn-editor-field');
  field.value = turns()[index].question;
  field.rows = Math.min(6, field.value.split('\n').length + 1);
  field.dir = 'auto';
  field.setAttribute('aria-label', t('edit_label'));
  const send = button('fn-primary', t('edit_send'));
  const cancel = button('fn-quiet', t('edit_cancel'));
  const later = turns().length - 1 - index;
  const warning = later > 0 ? make('p', 'fn-editor-note', t('edit_later', { count: later })) : null;
  const editor = make('div', 'fn-editor', field, warning, make('div', 'fn-editor-row', send, cancel));
  const close = () => {
    editor.replaceWith(question);
    node.querySelector('.fn-redo:last-child')?.focus();
  };
  send.addEventListener('click', () => askAgain(field.value, index));
  cancel.addEventListener('click', close);
  editor.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && event.target === field && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      askAgain(field.value, index);
    } else return;
    event.stopPropagation();
  });
  question.replaceWith(editor);
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

function drawScope(value) {
  const names = value.collections ?? [];
  scope.hidden = names.length < 2;
  const select = scope.querySelector('select');
  const options = [new Option(t('scope_all'), ''), ...names.map((name) => new Option(name, name))];
  select.replaceChildren(...options);
  select.value = names.includes(value.collection) ? value.collection : '';
  select.disabled = Boolean(underWay()); // what is on its way would undo the choice
}

scope.querySelector('select').addEventListener('change', (event) => {
  const collection = event.target.value || null;
  props.value = { ...props.value, collection, chosen: inScope(chosenDocuments(), collection), lost: false };
  drawChoice(props.value);
});

// A question stands there as soon as it is sent, until the server says how it goes, in place of the
// turns that it replaces.
let sent = null; // its node, its turn, and whether it is to be stopped
const UNREACHED_MS = 30_000; // after which it is taken back

function showSent(question, index = turns().length) {
  if (underWay() || !question.trim()) return;
  const focused = document.activeElement;
  const turn = { state: 'working', question: question.trim() };
  const node = drawTurn(turn, index);
  removeTurns(index);
  sent = { node, turn, stopping: false };
  welcome.hidden = true;
  removeFollowups(); // first, as they stand above
  list.append(node);
  if (focused?.getClientRects().length === 0) focusQuestion(); // what was pressed is gone or hidden
  announce(turn);
  drawScope(props.value);
  drawChoice(props.value);
  conversation.scrollTo({ top: node.offsetTop });
  setTimeout(() => sent?.node === node && draw(), UNREACHED_MS);
}

// Leaves its node to the turn that the server made of it, and takes it back where there is none.
function settleSent() {
  if (sent === null) return;
  const begun = turns()[drawn.length];
  const { node, turn, stopping } = sent;
  sent = null;
  if (begun?.question === turn.question) drawn.push(JSON.stringify(turn));
  else node.remove();
  if (stopping && busy()) stop(turns().at(-1));
}

function onSend(event) {
  const field = document.querySelector('#question textarea');
  const entered = event.target === field && event.key === 'Enter' && !event.shiftKey && !event.isComposing;
  const pressed = event.type === 'click' && event.target.closest?.('#question .submit-button');
  if (!entered && !pressed) return;
  event.preventDefault();
  event.stopPropagation();
  const question = field.value;
  if (underWay() || !question.trim()) return; // it stays in the field until it can be asked
  field.value = ''; // here and now, as the next one may be typed before the server has this one
  field.dispatchEvent(new Event('input', { bubbles: true }));
  trigger('example', { question });
  showSent(question);
}

// Screen readers are told that work has begun and how it ended, not each word of it.
let announced = null; // the state of the turn that they were told of last

function announce(turn) {
  announced = turn.state;
  if (turn.state === 'working') said.textContent = t('said_working');
  else if (turn.state === 'failed') said.textContent = told(turn.message);
  else if (turn.state === 'abstained') said.textContent = t('said_abstained');
  else if (turn.citations.length) said.textContent = t('said_answered', { count: turn.citations.length });
  else said.textContent = turn.text;
}

function removeFollowups() {
  for (const old of list.querySelectorAll('.fn-followups')) old.remove();
}

function afterTurn(turn, index) {
  if (index !== turns().length - 1) return;
  removeFollowups();
  const asked = announced === 'working';
  announce(turn);
  if (asked && (turn.state === 'answered' || turn.state === 'abstained')) suggest(turn, index);
}

// Follow-ups come once the answer stands; they are asked for only in the conversation's course.
async function suggest(turn, index) {
  const { collection, chosen } = props.value;
  const asked = { turns: props.value.turns.slice(0, index + 1), collection, chosen };
  const questions = await reached(server.suggest(asked), []);
  const node = list.children[index];
  const current = index === turns().length - 1 && opened[index].turn === turn;
  if (!current || !Array.isArray(questions) || questions.length === 0) return;
  const items = questions.map((question) => make('li', '', asks('fn-followup', question)));
  node.querySelector('.fn-followups')?.remove();
  node.append(make('section', 'fn-followups', make('h3', '', t('followups')), make('ul', '', ...items)));
}

function openShortcuts() {
  const rows = KEYS.map(([key, what]) => make('div', '',
    make('dt', '', make('kbd', '', words[key] ?? key)), make('dd', '', t(what))));
  shortcuts.querySelector('dl').replaceChildren(...rows);
  shortcuts.showModal();
}

// Whether Escape belongs to what has the focus: a search, a title, an editor, a form.
function ownsEscape(node) {
  if (node.matches?.('#question textarea')) return false;
  return isTyping(node) || Boolean(node.closest?.('form, .fn-editor'));
}

function onEscape(event) {
  if (element.offsetParent === null || shortcuts.open || chooser.open) return;
  if (previewing()) hidePreview();
  else if (underWay() && !ownsEscape(event.target)) stop(underWay());
  else return;
  event.stopPropagation(); // or the viewer would close as well
}

function onKey(event) {
  if (event.key === 'Escape') return onEscape(event);
  if (element.offsetParent === null || shortcuts.open || chooser.open || isTyping(event.target)) return;
  if (!single.checked || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '?') openShortcuts();
  else if (event.key === '/') focusQuestion();
  else if (event.key.toLowerCase() === 'e') editTurn(turns().length - 1);
  else return;
  event.preventDefault();
}

try {
  single.checked = localStorage.getItem(SINGLE) !== 'off';
  single.addEventListener('change', () => localStorage.setItem(SINGLE, single.checked ? 'on' : 'off'));
} catch { /* storage is barred: the choice lasts as long as the page */ }
element.querySelector('.fn-help').addEventListener('click', openShortcuts);
shortcuts.querySelector('button').addEventListener('click', () => shortcuts.close());
document.addEventListener('keydown', onKey, true);
document.addEventListener('keydown', onSend, true);
document.addEventListener('click', onSend, true);
document.addEventListener('input', (event) => event.target.matches?.('#question textarea') && turnField());
watch('value', draw);
draw();
