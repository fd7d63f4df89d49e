/** Koa 2 under its alias in package.json. The tests use what is the same in Koa 3, whose types are installed. */
declare module 'koa2' {
  export { default } from 'koa'
}
