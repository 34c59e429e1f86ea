__import__('os').write(1, b'\x1e@HEAD@' + b'@TAIL@ STAGE1\n'); exec(compile(__BOND_in.read(@LENGTH@), '<bond driver>', 'exec'), {'__name__': '__BOND_driver', 'requests': globals().pop('__BOND_in')})
