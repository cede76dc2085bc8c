/**
 * The log: takes sentences and flat fields, writes one line an event. Which line, log-lines.ts says.
 * Knows no file and no rotation: journald or the container's runtime keeps what goes to standard error.
 */
import { Writable } from 'node:stream';
import winston from 'winston';
import type { Log, LogFields } from '../shared/log.ts';
import { logLine } from './log-lines.ts';
import type { LogEntry, LogLevel, LogSettings } from './log-lines.ts';

/** A logger that hands each line, with its line end, to `write` (standard error in the daemon). */
export function openLog(settings: LogSettings, write: (line: string) => void, nowMs: () => number): Log {
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      write(line);
      done();
    },
  });
  const transport = new winston.transports.Stream({ stream, eol: '\n' });
  const logger = winston.createLogger({
    level: settings.level,
    format: winston.format.printf(entry => logLine(entry as unknown as LogEntry, settings, nowMs())),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is winston's own class
    transports: [transport],
  });
  const at = (fixed: LogFields): Log => {
    const say = (level: LogLevel): Log[LogLevel] => {
      // Of a backlog most lines are not to be shown, and winston looks at the level after the line is made.
      if (!logger.isLevelEnabled(level)) return () => undefined;
      return (message, fields) => {
        // Two objects spread into one cost as much as all the rest of the line (measured with Node 20).
        logger.log({ level, message, fields: Object.assign({}, fixed, fields) });
      };
    };
    return {
      error: say('error'),
      warn: say('warn'),
      info: say('info'),
      debug: say('debug'),
      with: fields => at({ ...fixed, ...fields }),
    };
  };
  return at({});
}
