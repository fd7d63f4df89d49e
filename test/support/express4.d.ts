/** Express 4 under its alias in package.json. The tests use what is the same in Express 5, whose types are installed. */
declare module 'express4' {
  export { default } from 'express'
}
