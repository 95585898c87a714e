// Reads an iCalendar file from standard input with ical.js, the parser of Thunderbird, and prints as
// JSON what it makes of it: the fields of Reading and Event in tests/calendar_parsers.py.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// The packages are not in the tree but where this is started.
const ICAL = createRequire(`${process.cwd()}/`)('ical.js');
// It does not know RFC 7986, in which a calendar has a name, and cannot guess that it is a text.
ICAL.design.icalendar.property.name = { defaultType: 'text' };

const calendar = new ICAL.Component(ICAL.parse(readFileSync(0, 'utf8')));
const events = calendar.getAllSubcomponents('vevent').map((event) => {
  const value = (name) => event.getFirstPropertyValue(name);
  const moment = (name) => value(name).toJSDate().toISOString();
  return {
    uid: value('uid'),
    sequence: value('sequence'),
    changed_at: moment('dtstamp'),
    status: value('status'),
    starts_at: moment('dtstart'),
    ends_at: moment('dtend'),
    clock: value('dtstart').toString(),
    summary: value('summary'),
    description: value('description'),
    organizer: value('organizer'),
    attendee: value('attendee'),
  };
});
const method = calendar.getFirstPropertyValue('method');
const name = calendar.getFirstPropertyValue('name');
console.log(JSON.stringify({ method, name, events }));
