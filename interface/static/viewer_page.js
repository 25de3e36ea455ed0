// Shows a page of a PDF as a picture, with boxes over what is quoted or found.
const pages = find('.fn-pages');
const pane = find('.fn-page-pane');
const sheet = find('.fn-page-sheet');
const picture = document.createElement('img'); // joins the page when there is something to draw
picture.className = 'fn-page-picture';
const ZOOMS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3];
let mode = 'page'; // where a document has pages; the reader may prefer text
let zoom = 1;
let onShow = null; // the page that is on show

function askForPage(request, number) {
  const room = pane.clientWidth || body.clientWidth || find('.fn-viewer').clientWidth || window.innerWidth;
  const width = Math.ceil(room * zoom * (window.devicePixelRatio || 1));
  const { reach, ...asked } = request;
  return ask('open_page', { ...asked, width, ...(number === null ? {} : { number }) });
}

function hidePages() {
  pages.hidden = true;
  onShow = null;
  drawMode();
}

function drawMode() {
  for (const button of element.querySelectorAll('[data-mode]')) {
    button.setAttribute('aria-pressed', String((button.dataset.mode === 'page') === !pages.hidden));
  }
}

function markBoxes(boxes, className) {
  return boxes.map(([left, top, width, height]) => {
    const box = document.createElement('div');
    box.className = className;
    const shares = { left, top, width, height };
    for (const [side, share] of Object.entries(shares)) box.style[side] = share * 100 + '%';
    return box;
  });
}

function showPage(page, keepPlace) {
  const turned = onShow === null || onShow.number !== page.number;
  onShow = page;
  body.hidden = true;
  text.replaceChildren();
  pages.hidden = false;
  drawMode();
  showNote(view.note, page.note);
  sheet.style.aspectRatio = String(page.ratio);
  sheet.style.width = zoom * 100 + '%';
  picture.alt = t('page_picture', { number: page.number, total: page.count, title: view.title });
  picture.src = page.picture;
  if (!picture.isConnected) sheet.prepend(picture);
  find('.fn-page-marks').replaceChildren(
    ...markBoxes(page.boxes, 'fn-page-mark'),
    ...page.found.flatMap((match) => markBoxes(match.boxes, match.current ? 'fn-page-current' : 'fn-page-found')),
  );
  find('.fn-page-said').hidden = page.quoted === '';
  find('.fn-page-said q').textContent = page.quoted;
  find('.fn-page-count').textContent = t('page_count', { number: page.number, total: page.count });
  turnOff('previous-page', page.number <= 1);
  turnOff('next-page', page.number >= page.count);
  turnOff('zoom-out', zoom === ZOOMS[0]);
  turnOff('zoom-in', zoom === ZOOMS[ZOOMS.length - 1]);
  if (!keepPlace || turned) scrollToBox();
}

function scrollToBox() {
  const box = find('.fn-page-current') ?? find('.fn-page-mark');
  if (box === null) {
    pane.scrollTo({ top: 0, left: 0 });
    return;
  }
  const [place, whole] = [box.getBoundingClientRect(), pane.getBoundingClientRect()];
  pane.scrollTop += place.top - whole.top - pane.clientHeight / 4;
  if (place.right > whole.right || place.left < whole.left) pane.scrollLeft += place.left - whole.left - 20;
}

async function drawPage(number, keepPlace) {
  const turn = ++latest;
  setBusy(true);
  const page = await askForPage(shown, number);
  if (turn !== latest) return;
  setBusy(false);
  if (page.error === undefined) showPage(page, keepPlace);
  else await show(shown);
}

function turnTo(number) {
  if (onShow !== null && number >= 1 && number <= onShow.count) drawPage(number, false);
}

function zoomTo(wanted) {
  zoom = wanted;
  sheet.style.width = zoom * 100 + '%'; // at once; a sharper picture follows
  scrollToBox();
  drawPage(onShow.number, true);
}

function stepZoom(step) {
  const place = ZOOMS.indexOf(zoom) + step;
  if (place >= 0 && place < ZOOMS.length) zoomTo(ZOOMS[place]);
}

function prefer(wanted) {
  mode = wanted;
  show(shown);
}

pane.addEventListener('keydown', (event) => {
  const last = pane.scrollTop + pane.clientHeight >= pane.scrollHeight - 2;
  if (event.key === 'PageDown' && last) {
    event.preventDefault();
    turnTo(onShow.number + 1);
  } else if (event.key === 'PageUp' && pane.scrollTop <= 1) {
    event.preventDefault();
    turnTo(onShow.number - 1);
  }
});
