desk-menu-disaster = 災害対応（さいがいたいおう）
