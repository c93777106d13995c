import type { HelpTexts } from './topics'

const texts: HelpTexts = {
  start: {
    title: 'The first hour',
    text: [
      'The checklist at the foot of the side bar lists what is worth doing first. Nothing is ticked by hand: a step is done when your records say so.',
      'Sample data fills the suite with a made-up company, so that lists, the board and the dashboard have something to show. One switch puts it in, the same switch takes it out. What you changed yourself stays.',
    ],
    words: 'begin onboarding checklist demo example setup tour',
  },
  search: {
    title: 'Find and jump',
    text: [
      'Ctrl K (⌘ K on a Mac) opens the palette: type a name to jump to a record, or what you want to do, such as “new account” or “import”.',
      'Press ? to see all shortcuts. Single letters work only while you are not typing in a field.',
    ],
    words: 'palette keyboard shortcut command quick',
  },
  lists: {
    title: 'Lists and saved views',
    text: [
      'A list shows the records that match its filters. Filters can be joined by “all” or “any”, and nested. Sort by one or two columns, choose the columns, and group the rows.',
      'Save what you see as a view to come back to it. A view is yours alone until you share it with a team, a role or everybody. Pinned views stand in the side bar.',
      'The address in the browser always names the whole list: send it to a colleague and they see the same, as far as their rights go.',
    ],
    words: 'filter sort column group view share pin table',
  },
  bulk: {
    title: 'Change many records at once',
    text: [
      'Tick rows, or choose “select all results” to take everything the filter finds. Then edit a field, assign an owner, tag or archive.',
      'You see a preview first: how many records change, and the first of them with before and after. While it runs you can pause it. What was refused is listed with the reason, and one undo takes the whole act back.',
    ],
    words: 'mass update assign owner tag archive select export',
  },
  record: {
    title: 'A record and its timeline',
    text: [
      'Click a fact to change it. It is saved when you leave the field. If somebody else changed the same field meanwhile, you see your value, theirs and the one before, and choose.',
      'The timeline shows what happened: calls, meetings, notes and tasks, and every change as a sentence with its value before and after. Write a note at the top, or type / for a call, a task or a meeting.',
    ],
    words: 'edit field note call task meeting activity clash conflict',
  },
  history: {
    title: 'Undo and the past',
    text: [
      'Nothing is overwritten. The history of a record names who changed what, when and why, and each change can be undone on its own, even if others followed.',
      'The clock in the head of a page opens the time strip. Drag its hand, and the page shows everything as it was at that moment. While you look at the past, nothing can be changed; Esc brings you back to now.',
    ],
    words: 'time travel as of audit restore version slider undo revert',
  },
  board: {
    title: 'The board',
    text: [
      'Each column is a stage of the pipeline, with its number of deals and their sum weighted by probability. Drag a card to move the deal: with the mouse, by holding it on a touch screen, or with Space, the arrow keys and Space.',
      'A stage may have a gate. If something it asks for is missing, the card asks you for exactly that. If a move is not allowed, the column says why before you drop.',
      'Days in the stage turn amber after two weeks and red after a month.',
      'Cards that somebody else moves or takes away stay where they are and say so; counts and sums go on. A press on what stands above them brings the board up to date.',
    ],
    words: 'kanban stage pipeline drag drop gate deal opportunity ageing',
  },
  leads: {
    title: 'Convert a lead',
    text: [
      'A qualified lead becomes an account, a contact and a deal, each of them new or one that you have. What was noted on the lead stays with it and shows on the new records.',
      'A conversion can be undone as a whole, as long as nobody built on its records.',
    ],
    words: 'conversion qualify lead account contact deal',
  },
  merge: {
    title: 'Merge duplicates',
    text: [
      'Open one of two records that mean the same, choose Merge, and pick the other. For each field you choose whose value stays. Activities, deals and files of both come together.',
      'Un-merge brings both back as they were. What was changed after the merge you sort out field by field.',
    ],
    words: 'duplicate double unmerge combine join',
  },
  import: {
    title: 'Import a file',
    text: [
      'Bring CSV, Excel or vCard files, also exports of other systems. The suite finds out the encoding and proposes which column goes where; you check and correct.',
      'The dry run changes nothing. It shows what would be made and every row with a mistake; correct cells in place and try again.',
      'After the import you get a report, the rejected rows as a file to mend, and “take it back”, which removes what the import made and nothing else.',
    ],
    words: 'csv excel upload mapping column encoding dry run rejected revert migrate',
  },
  dashboard: {
    title: 'Figures',
    text: [
      'The dashboard shows the pipeline by stage, the funnel, how many deals you win and how fast, and revenue by month, agent and product. Click a part of a chart to see its records.',
      'Every figure can be seen as of any day, and compared with another one. Each chart has its table, and the table can be downloaded.',
    ],
    words: 'report chart funnel win rate revenue forecast csv metric',
  },
  people: {
    title: 'People, teams and roles',
    text: [
      'Invite a colleague under Settings, Users, and send them the link. It works once, for seven days. Somebody who leaves is deactivated: their records stay, and you hand them over to somebody else.',
      'A role says per kind of record how far somebody may go: none, own records, those of the team, those of everybody below, all. Somebody with several roles has the most that any of them gives. A role cannot give more than you have yourself.',
      'Before you save a role, you see whom it concerns and what they gain or lose.',
    ],
    words: 'user invite permission right access manager deactivate',
  },
  'two-step': {
    title: 'Two-step sign-in',
    text: [
      'Set it up under Your account. Enter your password, scan the picture with an authenticator app on your phone, and enter the six digits that the app shows. From then on a sign-in asks for such a code after the password.',
      'You get ten recovery codes, once. Keep them where you find them without your phone: on paper, or in a password manager. Each lets you in once in place of a code of the app. Make new ones when few are left.',
      'If the phone and the recovery codes are lost, ask an administrator. Under Settings, Users they reset your two-step sign-in; you sign in with the password and set it up again.',
      'Administrators say under Settings, Organisation who must have it: nobody, administrators or everybody. People who must have it and do not are led through it before anything else opens. The list of users shows who has it.',
    ],
    words: '2fa mfa totp authenticator otp one-time code second factor phone lost recovery security',
  },
  pipelines: {
    title: 'Pipelines, stages and gates',
    text: [
      'A pipeline is the order of stages that deals pass. Add a stage, drag it to its place, name it in each language, and say how likely a deal in it is won.',
      'A gate says what a deal needs to enter a stage: fields that are filled in, points that are ticked, or the hand of a role. Retire a stage that you no longer use; deals of the past keep it.',
    ],
    words: 'stage probability gate checklist retire designer',
  },
  fields: {
    title: 'Custom fields',
    text: [
      'Add what is missing to a record: text, number, date, choice, a link to another record, or a formula. Give it a name in each language; people see it in theirs.',
      'The kind of a field cannot be changed later, because values are stored under it. Its names, options and whether it is required can.',
    ],
    words: 'custom field option formula label translation',
  },
  keys: {
    title: 'API keys',
    text: [
      'A key lets another program act in your name, with one role and for the kinds of records that you choose. It is shown once: keep it where secrets belong.',
      'Give it a new secret when somebody who knew it leaves, and revoke it when it is no longer used. The list says when each was used last.',
    ],
    words: 'api token integration secret program rotate revoke',
  },
  money: {
    title: 'Currencies and rates',
    text: [
      'Every amount keeps the currency it was agreed in. Sums are shown per currency, and figures in the currency of your organisation by the rate of the day.',
      'A rate holds from its day until the next one. A won deal keeps the rate of the day it was won.',
    ],
    words: 'currency exchange rate money conversion fiscal year',
  },
  offline: {
    title: 'Without a network',
    text: [
      'What you opened before can be read. Notes, calls and tasks that you write are kept on the device and sent in order when the network is back. If one cannot be sent, it stays with its reason.',
      'Signing out clears what is kept on the device.',
    ],
    words: 'offline phone network pwa install queue',
  },
  health: {
    title: 'Health and checks',
    text: [
      'This page is for those who run the suite. It says whether it is ready, how far each part has read the log of events, and which events could not be handled.',
      'Once the cause of such an event is gone, try it again: its record then shows what happened since. A verification proves that everything shown is what the events say; a replay builds it again from them.',
      'Keep the last checkpoint of the ledger outside of the suite: with it you can prove later that nothing before it was changed.',
    ],
    words: 'operator lag parked replay verify ledger checkpoint ready',
  },
  retention: {
    title: 'Data that nobody needs',
    text: [
      'A retention rule names people’s records that nobody has needed for so many days: contacts, leads, former users. A use is a change of the record, or of a call, deal or file that names it. See what it would erase, then activate it.',
      'Every day the rule announces what it finds, with the day on which it erases. Until then you may keep single records, cancel the announcement or deactivate the rule. On the day everything is looked at again: what was used meanwhile, is kept or is on legal hold stays.',
      'An active rule cannot be edited; deactivate it first. Where two people approve each erasure, two people activate a rule.',
    ],
    words: 'gdpr pipl erase delete privacy retention old data hold',
  },
  audit: {
    title: 'The audit log',
    text: [
      'Every change is an event, and none is ever taken out. Search them by person, kind of record, reason and day; open one to see what it changed, why it happened and what followed, and to take it back.',
      'On a record, History shows who changed what. “Compare two moments” puts the fields then and later next to each other, with who set each one last. “Who could see this” in the menu of a record tells whether somebody could see or change it on a day, and by which role, team or share.',
      'The proof of an event can be downloaded: with it and a checkpoint anybody can check, without the suite, that it was not changed.',
    ],
    words: 'history difference compare diff access event proof evidence cause log who',
  },
  privacy: {
    title: 'Requests about personal data',
    text: [
      'When somebody asks for their data, for a correction or to be erased, open a request. The day the answer is due counts from the day it came; the board shows what is overdue, what is due within a week, and what waits for your approval.',
      'The page of a request lists all that is known about the person, and makes the file to give them. An erasure is approved by two people; then it happens by itself, also in backups. A record on legal hold is erased by nobody.',
    ],
    words: 'gdpr pipl subject request erasure erase delete forget inventory person legal hold due deadline',
  },
  backup: {
    title: 'Backup and drills',
    text: [
      'With a target and a key set, the suite takes every event there within seconds. The page says how far the archive is, which backups there are, and what to type where nothing is set up yet.',
      'Once a week a drill restores the newest backup aside, builds everything again and compares it with the live suite. RPO is the work that a loss would have cost at that moment, RTO the time until all was back.',
      'Keep the backup key where neither the suite nor the backups are. Without it no backup opens.',
    ],
    words: 'restore recovery disaster archive rpo rto key lost',
  },
}
export default texts
