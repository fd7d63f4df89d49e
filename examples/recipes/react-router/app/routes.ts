import { index, route, type RouteConfig } from '@react-router/dev/routes'

export default [
  index('routes/home.tsx'),
  route('sign-in', 'routes/sign-in.ts'),
  route('sign-out', 'routes/sign-out.ts'),
  route('late', 'routes/late.tsx'),
] satisfies RouteConfig
